"""The state machine: every rule of trust, with a clock that stands until it is set."""

import json
import time
import unittest

from claviger_verifier._answer import INACTIVE, Active, Unreadable, parsed_answer
from claviger_verifier._bearer import is_credential
from claviger_verifier._clock import SECOND
from claviger_verifier._memory import TRUST, FeedBroken, Memory

from fake_node import active

MILLISECOND = SECOND // 1000


def answer(watch=("fp-one--",), **members):
    return parsed_answer(json.dumps(active(watch=watch, **members)).encode(), time.time())


class MemoryCase(unittest.TestCase):
    def setUp(self):
        self.now = 1_000 * SECOND
        self.memory = self.make()

    def make(self, **bounds):
        return Memory(lambda: self.now, **{"max_entries": 100, **bounds})

    def wait(self, milliseconds):
        self.now += milliseconds * MILLISECOND

    def begin(self, resumed=False):
        """A stream whose node has a clock of its own: it says 7 s where ours says the present time."""
        self.origin = self.now
        self.memory.begin(self.now, 7_000_000, resumed)

    def prove(self, late=0):
        """A proof of the state of things so many milliseconds ago."""
        self.memory.prove(7_000_000 + (self.now - self.origin) // 1000 - late * 1000)

    def trust(self):
        """A stream that has been heard for long enough that answers may be kept."""
        self.begin()
        self.wait(750)
        self.prove()

    def learn(self, name=b"a", asked=0, said=None):
        return self.memory.learn(name, said or answer(), self.now - asked * MILLISECOND)

    def knows(self, name=b"a"):
        return self.memory.recall(name) is not None


class TrustTests(MemoryCase):
    def test_nothing_is_kept_or_believed_without_a_stream(self):
        self.assertFalse(self.learn())
        self.assertFalse(self.knows())
        self.assertFalse(self.memory.is_trusted)

    def test_a_stream_without_a_proof_is_not_believed(self):
        self.begin()
        self.wait(800)
        self.assertTrue(self.learn())
        self.assertFalse(self.knows())
        self.prove()
        self.assertTrue(self.knows())

    def test_a_proof_lasts_750_milliseconds_from_its_stamp_less_what_rates_may_differ(self):
        self.trust()
        self.learn()
        moment = self.origin + 750 * MILLISECOND
        loss = 750 * MILLISECOND // 5_000 + 1
        self.now = moment - loss + TRUST
        self.assertTrue(self.knows())
        self.now += 1
        self.assertFalse(self.knows())
        self.assertFalse(self.memory.is_trusted)

    def test_after_ten_minutes_a_proof_is_worth_120_milliseconds_less(self):
        self.begin()
        self.wait(600_000)
        self.prove()
        self.now += (630 - 1) * MILLISECOND
        self.assertTrue(self.memory.is_trusted)
        self.wait(2)
        self.assertFalse(self.memory.is_trusted)

    def test_a_late_proof_is_worth_what_is_left_of_it(self):
        self.trust()
        self.learn()
        self.wait(900)
        self.prove(late=800)
        self.assertFalse(self.knows())
        self.prove(late=700)
        self.assertTrue(self.knows())

    def test_proofs_that_were_delayed_while_the_process_stood_still_prove_nothing(self):
        self.trust()
        self.learn()
        self.wait(60_000)
        self.prove(late=59_000)
        self.assertFalse(self.knows())

    def test_an_older_proof_takes_nothing_away(self):
        self.trust()
        self.learn()
        self.prove(late=700)
        self.wait(700)
        self.assertTrue(self.knows())

    def test_a_proof_from_before_hello_counts_from_there(self):
        self.begin()
        self.prove(late=700)
        self.wait(49)
        self.assertTrue(self.memory.is_trusted)
        self.wait(2)
        self.assertFalse(self.memory.is_trusted)

    def test_a_proof_from_the_future_breaks_the_stream(self):
        self.begin()
        self.wait(1_000)
        with self.assertRaises(FeedBroken):
            self.prove(late=-10)
        self.assertFalse(self.memory.is_trusted)

    def test_a_proof_without_a_stream_breaks_it(self):
        with self.assertRaises(FeedBroken):
            self.memory.prove(1)


class OvertakenTests(MemoryCase):
    def test_what_was_announced_less_than_750_milliseconds_before_the_question_overtakes_it(self):
        self.trust()
        self.memory.forget(["fp-one--"])
        self.wait(750)
        self.prove()
        self.assertFalse(self.learn())
        self.now += 1
        self.assertTrue(self.learn())

    def test_what_was_announced_during_the_question_overtakes_it(self):
        self.trust()
        self.wait(300)
        self.memory.forget(["fp-one--"])
        self.wait(100)
        self.assertFalse(self.learn(asked=400))

    def test_what_concerns_others_does_not(self):
        self.trust()
        self.memory.forget(["fp-other"])
        self.assertTrue(self.learn())

    def test_one_of_several_fingerprints_is_enough(self):
        self.trust()
        self.memory.forget(["fp-two--"])
        self.assertFalse(self.learn(said=answer(watch=("fp-one--", "fp-two--"))))

    def test_it_is_remembered_for_as_long_as_a_question_may_look_back(self):
        self.trust()
        self.memory.forget(["fp-one--"])
        self.wait(740)
        asked_at = self.now
        self.wait(750)
        for other in range(10):
            self.memory.forget([f"fp-other{other}"])
        self.assertFalse(self.memory.learn(b"a", answer(), asked_at))

    def test_forgetting_everything_overtakes_every_question(self):
        self.trust()
        self.wait(100)
        self.memory.forget_everything()
        self.wait(100)
        self.assertFalse(self.learn(asked=150))
        self.assertFalse(self.learn(asked=50))
        self.wait(649)
        self.assertFalse(self.learn())
        self.wait(1)
        self.assertTrue(self.learn())

    def test_nothing_is_kept_of_a_question_that_began_less_than_750_milliseconds_after_hello(self):
        self.begin()
        self.wait(749)
        self.prove()
        self.assertFalse(self.learn())
        self.wait(1)
        self.assertTrue(self.learn())

    def test_an_answer_that_took_longer_is_not_kept(self):
        self.trust()
        self.wait(2_000)
        self.prove()
        self.assertFalse(self.learn(asked=751))
        self.assertTrue(self.learn(asked=750))

    def test_what_is_heard_is_bounded_and_what_is_dropped_counts_as_heard(self):
        self.memory = self.make(max_heard=2)
        self.trust()
        self.wait(10)
        self.memory.forget(["fp-one--"])
        self.wait(10)
        self.memory.forget(["fp-two--", "fp-three", "fp-four-"])
        self.assertFalse(self.learn())
        self.assertFalse(self.learn(said=answer(watch=("fp-nobody",))))
        self.wait(751)
        self.assertTrue(self.learn())


class ForgettingTests(MemoryCase):
    def test_what_depends_on_it_is_forgotten_and_nothing_else(self):
        self.trust()
        self.learn(b"a", said=answer(watch=("fp-key-a", "fp-org--")))
        self.learn(b"b", said=answer(watch=("fp-key-b", "fp-org--")))
        self.learn(b"c", said=answer(watch=("fp-key-c",)))
        self.memory.forget(["fp-key-a"])
        self.assertEqual([self.knows(name) for name in (b"a", b"b", b"c")], [False, True, True])
        self.memory.forget(["fp-org--", "fp-never-heard-of"])
        self.assertEqual([self.knows(name) for name in (b"a", b"b", b"c")], [False, False, True])
        self.assertEqual(set(self.memory._watchers), {"fp-key-c"})

    def test_everything(self):
        self.trust()
        self.learn()
        self.memory.forget_everything()
        self.assertFalse(self.knows())
        self.assertTrue(self.memory.is_trusted)

    def test_a_stream_that_was_not_resumed_forgets_and_is_not_believed_before_its_proof(self):
        self.trust()
        self.learn()
        self.memory.end()
        self.begin(resumed=False)
        self.assertFalse(self.memory.is_trusted)
        self.prove()
        self.assertTrue(self.memory.is_trusted)
        self.assertFalse(self.knows())

    def test_a_stream_that_was_resumed_goes_on(self):
        self.trust()
        self.learn()
        self.memory.end()
        self.wait(500)
        self.assertTrue(self.knows())
        self.wait(500)
        self.assertFalse(self.knows())
        self.begin(resumed=True)
        self.assertFalse(self.knows())
        self.prove()
        self.assertTrue(self.knows())

    def test_nothing_is_kept_between_streams(self):
        self.trust()
        self.memory.end()
        self.wait(10)
        self.assertFalse(self.learn())

    def test_a_question_that_began_between_streams_is_overtaken_by_what_is_repeated(self):
        self.trust()
        self.memory.end()
        self.wait(100)
        self.begin(resumed=True)
        self.memory.forget(["fp-one--"])
        self.wait(50)
        self.prove()
        self.assertFalse(self.learn(asked=100))


class EndTests(MemoryCase):
    def test_an_entry_ends_with_the_credential(self):
        self.trust()
        self.learn(said=answer(exp=int(time.time()) + 61))
        self.wait(58_000)
        self.prove()
        self.assertTrue(self.knows())
        self.wait(2_000)
        self.prove()
        self.assertFalse(self.knows())

    def test_without_an_end_or_a_fingerprint_nothing_is_kept(self):
        self.trust()
        self.assertFalse(self.learn(said=answer(exp=None)))
        self.assertFalse(self.learn(said=answer(exp=int(time.time()))))
        self.assertFalse(self.learn(said=answer(watch=())))
        self.assertFalse(self.learn(said=answer(watch=[f"fingerprint{number}" for number in range(257)])))

    def test_what_is_not_good_is_remembered_for_a_second_and_while_trusted(self):
        self.trust()
        self.wait(100)
        self.prove()
        self.assertTrue(self.learn(said=INACTIVE, asked=100))
        key = b"a"
        self.assertTrue(self.memory.recall_inactive(key))
        self.assertFalse(self.memory.recall_inactive(b"b"))
        self.wait(740)
        self.assertTrue(self.memory.recall_inactive(key))
        self.wait(20)
        self.assertFalse(self.memory.recall_inactive(key))
        self.prove()
        self.assertTrue(self.memory.recall_inactive(key))
        self.wait(140)
        self.assertTrue(self.memory.recall_inactive(key))
        self.now += 1
        self.assertFalse(self.memory.recall_inactive(key))

    def test_what_is_not_good_may_be_so_after_any_announcement(self):
        self.trust()
        self.learn(said=INACTIVE)
        self.memory.forget(["fp-other"])
        self.assertFalse(self.memory.recall_inactive(b"a"))

    def test_what_is_not_good_is_not_remembered_without_a_proof(self):
        self.begin()
        self.wait(800)
        self.assertFalse(self.learn(said=INACTIVE))


class BoundTests(MemoryCase):
    def test_entries(self):
        self.memory = self.make(max_entries=10)
        self.trust()
        for number in range(1_000):
            self.learn(b"%d" % number, said=answer(watch=(f"fingerprint{number}", "fp-org--")))
            self.knows(b"0")
        self.assertEqual(len(self.memory._entries), 10)
        self.assertEqual(len(self.memory._watchers), 11)
        self.assertTrue(self.knows(b"999"))
        self.assertTrue(self.knows(b"0"), "what is used stays")
        self.assertFalse(self.knows(b"500"))

    def test_entries_that_are_all_used(self):
        self.memory = self.make(max_entries=100)
        self.trust()
        for number in range(300):
            self.learn(b"%d" % number)
            self.knows(b"%d" % number)
        self.assertEqual(len(self.memory._entries), 100)

    def test_what_is_not_good(self):
        self.memory = self.make(max_inactive=10)
        self.trust()
        for number in range(100):
            self.learn(b"%d" % number, said=INACTIVE)
        self.assertEqual(len(self.memory._inactive), 10)

    def test_the_same_credential_again_takes_no_more_room(self):
        self.trust()
        for number in range(100):
            self.learn(said=answer(watch=(f"fingerprint{number}",)))
        self.assertEqual((len(self.memory._entries), len(self.memory._watchers)), (1, 1))

    def test_what_was_heard_is_forgotten_after_two_seconds(self):
        self.trust()
        for number in range(100):
            self.wait(100)
            self.memory.forget([f"fingerprint{number}"])
        self.assertLessEqual(len(self.memory._heard), 21)


class AnswerTests(unittest.TestCase):
    def test_what_cannot_be_read_is_no_answer(self):
        good = active()
        for body in [
            b"", b"[]", b"{}", b'"active"', b"{" * 100_000, b"[" * 100_000, b'{"active":"true"}', b'{"active":1}', b'{"active":true}',
            b"\xff", *[
                json.dumps({**good, **change}).encode()
                for change in [
                    {"sub": 1}, {"sub": ""}, {"exp": "soon"}, {"exp": True}, {"exp": -1}, {"exp": 1e9}, {"scope": ["a"]},
                    {"claviger_watch": "abc"}, {"claviger_watch": ["bad fingerprint"]}, {"claviger_addresses": "::1"},
                    {"claviger_addresses": ["anywhere"]}, {"claviger_addresses": [1]}, {"aud": {}},
                ]
            ],
        ]:
            with self.subTest(body=body[:60]), self.assertRaises(Unreadable):
                parsed_answer(body, 0)

    def test_inactive_is_inactive_whatever_else_it_says(self):
        self.assertIs(parsed_answer(b'{"active":false,"scope":"data.read"}', 0), INACTIVE)

    def test_the_caller_is_what_the_reply_says(self):
        said = parsed_answer(json.dumps(active(aud=["a", "b"], client_id="int_1")).encode(), 0)
        self.assertIsInstance(said, Active)
        caller = said.caller
        self.assertEqual(
            (caller.subject, caller.organization, caller.account, caller.client_id, caller.audiences, caller.scopes),
            ("key_1", "org_2", "org_1", "int_1", ("a", "b"), {"data.read"}))

    def test_what_has_not_the_form_of_a_credential(self):
        for text in ["", " ", "a b", "a,b", "é", "a\n", "a\r\nX: y", "x" * 8_193, "=", "a=b"]:
            self.assertFalse(is_credential(text), text[:10])
        for text in ["clv_key_abc", "a.b-c_d~e+f/g==", "x" * 8_192]:
            self.assertTrue(is_credential(text), text[:10])


if __name__ == "__main__":
    unittest.main()
