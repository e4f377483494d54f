"""A run: the stages folded over recordings; what is done is kept, what is not is done, nothing is lost."""
