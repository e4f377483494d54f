"""Scorers by the field's metrics: diarization error rate (`der`), and segmentation's F1, Pk and WindowDiff (`segmentation`)."""
