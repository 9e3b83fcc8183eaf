"""Where finished pictures lie, and the links that open them for a while."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.oxen.faults import ExpireLink, Faults
from sandbox.oxen.knobs import Knobs
from sandbox.oxen.ledger import Generation, PictureFile
from sandbox.oxen.links import LinkSigner
from sandbox.oxen.studio import Picture

FILES = "/api/repos/"
_USUAL_REPO = "playground"
_USUAL_DIRECTORY = "generations"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLinks:
    """Signs a fresh link whenever a row is shown."""

    base_url: str
    signer: LinkSigner
    knobs: Knobs
    faults: Faults
    clock: Callable[[], float]

    def for_row(self, row: Generation) -> str | None:
        """Sign a link for a row; None when there is no picture."""
        return self._link(row, prompt="")

    def for_event(self, row: Generation) -> str | None:
        """Sign a link for an event: here a word of the prompt may ask for one that has run out."""
        return self._link(row, prompt=row.prompt)

    def _link(self, row: Generation, *, prompt: str) -> str | None:
        if row.file is None:
            return None
        is_expired = self.faults.take(ExpireLink, prompt=prompt) is not None
        expires_at = self.clock() + (-1 if is_expired else self.knobs.link_lifetime_s)
        return self.signer.signed(f"{self.base_url}{FILES}{row.file.path}", path=row.file.path, expires_at=expires_at)


def file_for(row: Generation, picture: Picture) -> PictureFile:
    """Give a picture its place in the repository that the order named."""
    repo, directory = row.repo or _USUAL_REPO, row.directory or _USUAL_DIRECTORY
    path = f"{row.namespace}/{repo}/file/main/{directory}/{row.generation_id}.{picture.extension}"
    return PictureFile(path=path, data=picture.data, content_type=picture.content_type)
