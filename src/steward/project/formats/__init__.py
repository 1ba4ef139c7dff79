"""What Django's own formats of a language lack (`FORMAT_MODULE_PATH`)."""
