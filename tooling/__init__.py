"""What tasks.py is made of; standard library only, because nothing else is there when it starts."""
