"""What a store says is read without unfolding anything."""

import pytest

from steward.privacy.egress.s3.answers import check_completed
from steward.privacy.egress.s3.errors import StoreFault

_TEXT = '<?xml version="1.0" encoding="{}"?><!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_however_it_is_written(encoding):
    with pytest.raises(StoreFault, match="a form that S3 does not have"):
        check_completed(_TEXT.format(encoding).encode(encoding))
