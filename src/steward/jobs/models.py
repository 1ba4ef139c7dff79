"""Why jobs failed."""

from django.db import models


class Failure(models.Model):
    """The class of the error that ended the last attempt of a job. Its words stay in the log: they may name people."""

    job_id = models.BigIntegerField(primary_key=True)
    error = models.TextField()  # dotted name of the class
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.error} in {self.job_id}"
