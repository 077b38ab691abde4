# ruff: noqa: E501 - names of tests
"""Places whose hint cannot be followed here: why not, or the test that does it."""

from __future__ import annotations

from typing import Final

_AWS: Final = "an account of AWS"
_LINE: Final = "a line of a file of settings, of a model or of a schema, which its owner changes"
_CUT: Final = "a process or a connection that ends at a moment that only its own test can choose"
_NODES: Final = "nodes of Ray with other packages or other disks"
_COMMAND: Final = "tests/cli/command_test.py::test_what_goes_wrong_is_two_lines_and_a_status"
PLACES: Final[dict[str, str]] = {
    "cli.commands._pairs": _COMMAND,
    "cli.commands._prepared": _COMMAND,
    "cli.commands._write": _COMMAND,
    "contract.avro._read": _LINE,
    "contract.catalogue._known": "tests/contract/catalogue_test.py::test_actions_live_in_custom_groups_alone",
    "contract.models._field": _LINE,
    "disks._error": "tests/engine/full_disk_test.py::test_attack_14_what_stops_a_write_is_told",
    "disks._error 2": "tests/engine/full_disk_test.py::test_attack_14_what_stops_a_write_is_told",
    "disks._error 3": "tests/engine/full_disk_test.py::test_attack_14_what_stops_a_write_is_told",
    "engine.executors.cluster._begin": "a Ray that does not start",
    "engine.executors.cluster._got": _NODES,
    "engine.executors.cluster._ray": "tests/engine/ray_test.py::test_without_ray_the_line_to_type_is_said",
    "engine.executors.placing.check": _NODES,
    "engine.executors.placing.check 2": _NODES,
    "engine.executors.placing.placed": (
        "tests/engine/ray_test.py::test_a_frame_of_this_process_is_refused_on_two_nodes"
    ),
    "ledger.database._migrate": "a newer pdprep",
    "ledger.database._said": "tests/ledger/journal_test.py::test_a_file_that_is_no_ledger_is_an_error",
    "ledger.database.damaged": "tests/ledger/integrity_test.py::test_attack_9_a_spoiled_journal_is_named",
    "ledger.folders._written": "a folder that this user may not write",
    "ledger.integrity.error": "tests/ledger/integrity_test.py::test_attack_9_a_file_of_records_is_missed_by_name",
    "ledger.remote_records._reached": "a caller of the ledger without a group",
    "ledger.remote_records._reached 2": (
        "tests/personalize/records_in_s3_test.py::test_what_is_wrong_in_the_bucket_is_said_with_the_way_back"
    ),
    "notebook.surroundings._mode": "tests/notebook/surroundings_test.py::test_a_setting_that_makes_no_sense_is_said",
    "notebook.surroundings._yes_no": (
        "tests/notebook/surroundings_test.py::test_a_setting_that_makes_no_sense_is_said"
    ),
    "personalize.aws.client.failed": (
        "tests/personalize/faults_test.py::test_credentials_that_expire_half_way_say_what_to_do"
    ),
    "personalize.aws.client.named": _AWS,
    "personalize.resources.connecting._environment": "tests/personalize/connect_test.py::test_aws_is_reached_on_purpose_only",
    "personalize.deletions.user_list.demand_readable": (
        "tests/personalize/check_test.py::test_facts_16_a_list_of_users_lies_in_no_bucket_under_ones_own_key"
    ),
    "personalize.deletions.pending_users.read": "a damaged file",
    "personalize.jobs.failures.told": "tests/personalize/faults_test.py::test_a_script_ends_when_its_job_does",
    "personalize.jobs.failures.told 2": "a mistake of ours",
    "personalize.imports.following.failed": (
        "tests/personalize/bulk_test.py::test_a_failed_import_shows_the_reason_of_the_service"
    ),
    "personalize.imports.guards._too_large": "a hundred gigabytes",
    "personalize.jobs.failures.not_resumable": _CUT,
    "personalize.jobs.failures.stopped": "tests/personalize/bulk_test.py::test_a_job_is_stopped_before_it_sends",
    "personalize.jobs.failures.stopped 2": "tests/personalize/put_test.py::test_stop_leaves_a_plan_that_resume_finishes",
    "personalize.jobs.job.start": _CUT,
    "personalize.aws.local_environment._unreachable": (
        "tests/personalize/homes_test.py::test_a_local_server_that_cannot_start_says_why"
    ),
    "personalize.resources.polling.failure": _CUT,
    "personalize.aws.profiles._complete": "tests/personalize/connect_test.py::test_a_session_needs_bucket_and_role",
    "personalize.aws.profiles._prices": _LINE,
    "personalize.aws.profiles.aws_environment": (
        "tests/personalize/connect_test.py::test_a_session_of_another_account_is_refused"
    ),
    "personalize.aws.profiles.profile": "tests/personalize/connect_test.py::test_an_unknown_profile_is_an_error",
    "personalize.puts.request.check 2": (
        "tests/personalize/fast_test.py::test_without_aiohttp_it_says_what_to_install"
    ),
    "personalize.puts.ending.end": "tests/personalize/put_test.py::test_a_put_of_which_nothing_is_taken_fails",
    "personalize.puts.ending.planned": _CUT,
    "personalize.resources.removal._agree": (
        "tests/personalize/lifecycle_test.py::test_what_others_created_keeps_a_group"
    ),
    "personalize.resources.removal._remove": _CUT,
    "personalize.resources.ensuring._no_room": (
        "tests/personalize/hints_test.py::test_field_12_a_group_too_many_names_those_that_are_there"
    ),
    "personalize.jobs.queue._wait_for": (
        "tests/personalize/bulk_test.py::test_a_put_is_not_begun_where_the_import_before_it_failed"
    ),
    "personalize.imports.uploads.send": _CUT,
    "personalize.exports.preview.preview": "tests/personalize/preview_test.py::test_what_is_refused",
    "personalize.exports.preview.preview 2": "tests/personalize/preview_test.py::test_what_is_refused",
    "personalize.exports.preview.preview 3": (
        "tests/personalize/preview_test.py::test_a_group_without_a_campaign_says_so"
    ),
    "preparation.unfit._of_list": "rows that become several: the mapping changes with them",
    "preparation.forks.refuse": "a forked process",
    "preparation.objects.from_pandas": "a Python without pyarrow",
    "preparation.spreadsheets.read": "a Python without fastexcel",
    "preparation.storage._answered": _AWS,
    "preparation.storage._answered 2": "tests/preparation/s3_sources_test.py::test_an_endpoint_that_is_not_there",
    "preparation.storage.keys": _AWS,
    "preparation.tables._scan": (
        "tests/preparation/tables_test.py::test_without_its_package_the_error_says_what_to_install"
    ),
}
