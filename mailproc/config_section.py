"""What every section of config.toml is."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Unknown keys are refused by name; sections never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)
