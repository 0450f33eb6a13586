"""Makes regions.csv.xz from the unpacked npm package idn-area-data, so that anyone can make it again and compare.

npm pack idn-area-data@4.0.1 && tar xzf idn-area-data-4.0.1.tgz
python -m groups.data.build_regions package
"""

import csv
import hashlib
import io
import lzma
import shutil
import sys
from pathlib import Path

from groups import regions

HERE = Path(__file__).parent
FILES = ("provinces.csv", "regencies.csv", "districts.csv", "villages.csv")


def official_name(raw: str) -> str:
    """The name with the list's slips of the pen put right, letter for letter otherwise.

    One kind of apostrophe (Soka"an and Regapu’u are Soka'an and Regapu'u), no stray mark at the end, single spaces,
    and a capital on each word (Cibal barat), but not on `dan` and not on the `x` of `2 x 11 Kayu Tanam`.
    """
    words = raw.replace('"', "'").replace("’", "'").rstrip(" .,*").split()
    return " ".join(word if word == "dan" or len(word) == 1 else word[0].upper() + word[1:] for word in words)


def build(package: Path) -> bytes:
    """CSV with the columns code, name, one line for each region in order of code, lines ending in a bare newline.

    Refuses a malformed or repeated code, an empty name, and a region whose parent is missing (ValueError).
    """
    names: dict[str, str] = {}
    for file in FILES:
        with (package / "data" / file).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                code, name = row["code"], official_name(row["name"])
                if not regions.is_well_formed(code) or code in names or not name:
                    raise ValueError(f"{file}: {row}")
                if regions.level(code) > 1 and regions.parent(code) not in names:
                    raise ValueError(f"{file}: {code} has no parent")
                names[code] = name
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["code", "name"])
    writer.writerows(sorted(names.items()))
    return text.getvalue().encode()


def main(package: Path) -> None:
    """Write the list, its checksum (of the text before compression, so that no version of xz matters) and licence."""
    content = build(package)
    packed = lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)
    (HERE / "regions.csv.xz").write_bytes(packed)
    digest = hashlib.sha256(content).hexdigest()
    (HERE / "regions.csv.sha256").write_text(f"{digest}  regions.csv\n", encoding="ascii")
    shutil.copyfile(package / "data" / "LICENSE.md", HERE / "regions.LICENSE.md")
    lines = content.count(b"\n") - 1
    sys.stdout.write(f"{lines} regions, {len(content)} bytes, {len(packed)} compressed, sha256 {digest}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
