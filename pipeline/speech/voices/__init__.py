"""Speaker diarization: speaker embeddings of the sound, clustered into voices, and which voice speaks when.

    mel, fbank, cepstra    features
    embeddings             one vector for each window of sound, by an encoder
    cache                  these vectors, kept between runs
    scaling                the space in which they are compared
    clustering             pieces of speech merged into voices
    tracking               every piece assigned to a voice
    download, ge2e         the GE2E encoder, fetched and converted
    torch_file, onnx_file  the file formats that this reads and writes

Nothing here knows about words or names; `pipeline.stages.speakers` puts voices, words and evidence together.
"""
