#!/usr/bin/env bash
# Build what Binder would build, without Docker, and run the notebooks in it, each in the 2 GB that Binder gives.
#   binder/check.sh [FOLDER]     FOLDER keeps the environments, so that a second run is quick
set -euo pipefail

cd "$(dirname "$0")/.."
work=${1:-$(mktemp -d)}
[ $# -gt 0 ] || trap 'rm -rf "$work"' EXIT
pip="-m pip --quiet --disable-pip-version-check install"

environment() { [ -x "$work/$1/bin/python" ] || .venv/bin/python -m venv "$work/$1"; }
expect() { grep -qF -- "$1" "$work/Dockerfile" || { echo "Binder's Dockerfile lacks: $1" >&2; exit 1; }; }

echo "What repo2docker reads from binder/"
environment tool
"$work/tool/bin/python" $pip jupyter-repo2docker
"$work/tool/bin/jupyter-repo2docker" --no-build --debug . > "$work/Dockerfile" 2>&1
expect 'Building conda environment for python=3.11'
expect '-r "binder/requirements.txt"'
expect 'RUN ./binder/postBuild'
expect 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"'

echo "The same packages in an environment of their own"
environment image
lock=$(echo "$work"/tool/lib/python3*/site-packages/repo2docker/buildpacks/conda/environment.py-3.11-linux-64.lock)
pins=$(grep -oE '/(ipykernel|ipython|ipywidgets|jupyter_server|jupyterlab|nbconvert-core|notebook)-[0-9][^-]*-' "$lock" |
    sed -E 's#/(.*)-([0-9][^-]*)-#\1==\2#; s/nbconvert-core/nbconvert/')
"$work/image/bin/python" $pip $pins
"$work/image/bin/python" $pip -r binder/requirements.txt

echo "postBuild, start, and the notebooks"
export PATH="$work/image/bin:$PATH"
binder/postBuild
binder/start python -c 'import os; assert os.environ["POLARS_MAX_THREADS"]'
[[ $(jupyter lab --show-config 2>/dev/null) == *notebooks/index.ipynb* ]]
python $pip nbval pytest
shopt -s nullglob
# In one home after the other, as somebody opens them on Binder.
home=$(mktemp -d)
for notebook in notebooks/*.ipynb; do
    PDPREP_HOME=$home PDPREP_DISPLAY=html PDPREP_CLOCK=2026-01-01T00:00:00Z PDPREP_LOCAL_LINGER=2 TZ=UTC \
        python binder/limited.py binder/start python -m pytest --nbval --nbval-current-env -p no:cacheprovider "$notebook"
done
echo "binder: all green"
