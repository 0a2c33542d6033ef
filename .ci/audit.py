"""Looks up the locked packages among known vulnerabilities, where the register of them can be reached.

Exit code 1 where one is known. Where the register is out of reach, or knows nothing of a package, that is printed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"


def main() -> int:
    command = [str(Path(sys.executable).with_name("pip-audit")), "-r", str(LOCK), "--no-deps", "--disable-pip"]
    options = ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120, check=False)
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        print("audit: the register of vulnerabilities can not be reached from here; nothing was looked up")
        return 0
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    found = [(p["name"], p["version"], v["id"], v["fix_versions"]) for p in packages for v in p.get("vulns", ())]
    print(
        f"audit: {len(packages) - len(skipped)} packages looked up, {len(skipped)} not known to the register from here"
    )
    for name, version, vulnerability, fixed in found:
        print(f"audit: {name} {version} has {vulnerability}; mended in {', '.join(fixed) or 'no version yet'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
