"""The ISO base media file format, which MP4, MOV, HEIF and AVIF share."""
