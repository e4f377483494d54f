"""English: line breaking, text normalization to spoken words, pronunciation.

breaks     where captions may break a line or end
verbalize  written words -> the words that are spoken
numbers    the readings of numbers
pronounce  spoken words -> phones
"""
