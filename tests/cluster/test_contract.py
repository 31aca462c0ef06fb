"""What jobs promise holds where a cluster trains as well: the tests of runs on threads, again."""

import pytest

from tests.mlpcore.running import test_ends, test_line, test_sharing, test_steering

pytestmark = pytest.mark.cluster


@pytest.fixture(autouse=True)
def _gated_by_files(monkeypatch, gated):
    for module in (test_ends, test_line, test_sharing, test_steering):
        if hasattr(module, "Gated"):
            monkeypatch.setattr(module, "Gated", gated)


test_equal_configs = test_sharing.test_equal_configs_are_one_job_with_two_watchers
test_released = test_sharing.test_a_released_config_starts_again
test_kept = test_sharing.test_a_finished_result_is_kept_for_whoever_asks_next
test_silent = test_sharing.test_a_silent_watcher_is_forgotten_and_its_job_cancelled
test_starts_again = test_sharing.test_what_has_failed_or_was_cancelled_starts_again_when_asked_for
test_own = test_sharing.test_a_job_watched_alone_is_its_watchers_own_and_no_longer_shared
test_copy = test_sharing.test_owning_a_shared_job_leaves_it_alone_and_reaches_the_same_epoch
test_gone = test_sharing.test_owning_what_is_gone_starts_anew
test_restart = test_sharing.test_restarting_leaves_the_old_job
test_steered = test_sharing.test_a_steered_result_is_not_taken_for_the_configs
test_numbers = test_steering.test_pausing_stepping_and_resuming_do_not_change_the_numbers
test_anywhere = test_steering.test_pausing_anywhere_in_an_epoch_does_not_change_the_numbers
test_rate = test_steering.test_the_learning_rate_takes_effect_from_the_next_step
test_training_stops = test_ends.test_a_cancelled_training_stops_within_its_epoch
test_listeners = test_ends.test_listeners_hear_every_change_until_they_stop
test_close = test_ends.test_closing_ends_all_threads_also_of_released_jobs
test_watcher_bound = test_line.test_a_watcher_has_a_bounded_number_of_unfinished_jobs
test_full = test_line.test_a_full_line_takes_no_more_but_those_who_ask_for_the_same
