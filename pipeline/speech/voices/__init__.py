"""Speaker diarization: speaker embeddings of the sound, clustered into voices, and which voice speaks when.

`mel`, `fbank` and `cepstra` make features; `embeddings` makes vectors of them by an encoder, `cache` keeps these between runs;
`scaling` normalises them, `clustering` merges them into voices, `tracking` assigns every piece of speech to one. `download`
fetches the GE2E encoder, `ge2e` converts it: `torch_file` reads its weights, `onnx_file` writes the network.
Nothing here knows about words or names; `pipeline.stages.speakers` puts voices, words and evidence together.
"""
