"""Small media made from nothing: a picture, a film, a sound, each a real file of its format."""
