"""Checks, with a clock that is set and answers that are given."""

import asyncio
import concurrent.futures
import hashlib
import json
import logging
import os
import pickle
import threading
import time
import unittest

from claviger_verifier import Refused, Verifier
from claviger_verifier._answer import INACTIVE, parsed_answer
from claviger_verifier._clock import SECOND
from claviger_verifier._introspection import Unanswered

from fake_node import CREDENTIAL, active, eventually

SECRET = "the-secret-of-the-client"


class Answers:
    """Stands for introspection."""

    def __init__(self):
        self.said = {CREDENTIAL: active()}
        self.questions = []
        self.gate = None
        self.meanwhile = lambda: None
        self.failure = None
        self.below = {"org_2", "org_3"}

    def ask(self, credential, organization, deadline, address=None):
        self.questions.append((credential, organization))
        if self.gate is not None:
            self.gate.wait(30)
        self.meanwhile()
        if self.failure is not None:
            raise self.failure
        said = self.said.get(credential)
        if said and organization is not None:
            said = {**said, "organization_id": organization} if organization in self.below else None
        return parsed_answer(json.dumps(said).encode(), time.time()) if said else INACTIVE

    def close(self):
        pass

    def abandon(self):
        pass


class VerifierCase(unittest.TestCase):
    def setUp(self):
        logging.getLogger("claviger_verifier").setLevel(logging.CRITICAL)
        self.addCleanup(logging.getLogger("claviger_verifier").setLevel, logging.NOTSET)
        self.now = 1_000 * SECOND
        self.verifier = Verifier(
            "https://claviger.example", "rs_1", SECRET, stream=False, realm="Carbon", clock=lambda: self.now)
        self.addCleanup(self.verifier.close)
        self.answers = self.verifier._asks = Answers()

    def trust(self):
        """As if a stream had been heard for long enough."""
        self.verifier._memory.begin(self.now, 0, False)
        self.wait(750)

    def wait(self, milliseconds):
        self.now += milliseconds * SECOND // 1000
        self.verifier._memory.prove((self.now - 1_000 * SECOND) // 1000)

    def refused(self, *arguments, **named):
        with self.assertRaises(Refused) as raised:
            self.verifier.check(*arguments, **named)
        return raised.exception


class CheckTests(VerifierCase):
    def test_a_caller_is_asked_about_once_and_then_known(self):
        self.trust()
        for _ in range(3):
            caller = self.verifier.check(CREDENTIAL, ["data.read"], "192.0.2.1")
            self.assertEqual((caller.subject, caller.organization), ("key_1", "org_2"))
        self.assertEqual(self.answers.questions, [(CREDENTIAL, None)])

    def test_without_a_stream_each_call_is_a_question(self):
        for _ in range(3):
            self.verifier.check(CREDENTIAL)
        self.assertEqual(len(self.answers.questions), 3)
        self.assertEqual(self.verifier.mode, "asking")

    def test_when_trust_has_ended_each_call_is_a_question(self):
        self.trust()
        self.verifier.check(CREDENTIAL)
        self.assertEqual(self.verifier.mode, "remembering")
        self.now += SECOND
        self.assertEqual(self.verifier.mode, "asking")
        self.verifier.check(CREDENTIAL)
        self.verifier.check(CREDENTIAL)
        self.assertEqual(len(self.answers.questions), 3)

    def test_what_is_announced_is_asked_again(self):
        self.trust()
        self.verifier.check(CREDENTIAL)
        del self.answers.said[CREDENTIAL]
        self.verifier._memory.forget(["fingerprint-of-key"])
        refused = self.refused(CREDENTIAL)
        self.assertEqual((refused.status, refused.error), (401, "invalid_token"))
        self.assertEqual(refused.www_authenticate, 'Bearer realm="Carbon", error="invalid_token"')

    def test_an_overtaken_answer_is_used_once_and_not_kept(self):
        self.trust()
        self.answers.meanwhile = lambda: self.verifier._memory.forget(["fingerprint-of-key"])
        self.verifier.check(CREDENTIAL)
        self.answers.meanwhile = lambda: None
        self.verifier.check(CREDENTIAL)
        self.assertEqual(len(self.answers.questions), 2)

    def test_an_answer_that_comes_too_late_is_none(self):
        self.trust()
        # The older it may have been when the question came, the sooner it has to be here; who says nothing may be 750 ms behind.
        for age, milliseconds, status in [
            (0, 750, None), (0, 751, 503), (250, 750, None), (251, 749, None), (251, 750, 503), (750, 250, None),
            (750, 251, 503), (9_000, 250, None), (None, 250, None), (None, 251, 503),
        ]:
            self.answers.said[CREDENTIAL] = active(watch=(), claviger_age=age)
            self.now += 10 * SECOND
            self.answers.meanwhile = lambda: setattr(self, "now", self.now + milliseconds * SECOND // 1000)
            if status is None:
                self.verifier.check(CREDENTIAL)
            else:
                self.assertEqual(self.refused(CREDENTIAL).status, status)

    def test_an_answer_that_is_used_late_has_to_be_proven(self):
        self.trust()
        land = self.verifier._land
        for proven in (False, True):

            def landed(*arguments):
                land(*arguments)
                self.now += 751 * SECOND // 1000
                if proven:
                    self.wait(0)

            self.verifier._land = landed
            if proven:
                self.verifier.check(CREDENTIAL)
            else:
                self.assertEqual(self.refused(CREDENTIAL).status, 503)
                self.verifier._memory.forget_everything()
                self.wait(750)

    def test_what_is_not_good_is_asked_once_a_second(self):
        self.trust()
        for _ in range(5):
            self.assertEqual(self.refused("clv_key_guessed", ["data.read"]).status, 401)
        self.assertEqual(len(self.answers.questions), 1)
        self.wait(500)
        self.wait(501)
        self.refused("clv_key_guessed")
        self.assertEqual(len(self.answers.questions), 2)

    def test_what_cannot_be_a_credential_is_not_asked_about(self):
        for text in ["", "a b", "x" * 10_000, "a\r\nb", "ä"]:
            self.assertEqual(self.refused(text).status, 401)
        self.assertEqual(self.answers.questions, [])

    def test_a_scope_that_is_missing_is_named(self):
        self.trust()
        for _ in range(2):
            refused = self.refused(CREDENTIAL, "data.read data.write")
            self.assertEqual((refused.status, refused.error), (403, "insufficient_scope"))
            self.assertEqual(
                refused.www_authenticate,
                'Bearer realm="Carbon", error="insufficient_scope", scope="data.read data.write"')

    def test_scopes_that_are_none_are_a_mistake_of_the_code(self):
        for scopes in [['a"b'], ["a b"], [""], [1], ["a\r\nX: y"]]:
            with self.assertRaises(ValueError):
                self.verifier.check(CREDENTIAL, scopes)

    def test_an_error_is_503_and_never_a_yes(self):
        self.trust()
        for failure, seconds in [(Unanswered("500"), 1), (Unanswered("503", 7), 7), (RuntimeError("a bug"), 1)]:
            self.answers.failure = failure
            refused = self.refused(CREDENTIAL)
            self.assertEqual((refused.status, refused.retry_after, refused.www_authenticate), (503, seconds, None))
        self.assertEqual(self.verifier._flights, {})


class AddressTests(VerifierCase):
    def setUp(self):
        super().setUp()
        self.answers.said[CREDENTIAL] = active(claviger_addresses=["192.0.2.0/24", "2001:db8::/32"])
        self.trust()

    def test_known_or_not_it_is_good_from_these_alone(self):
        for address, status in [
            ("192.0.2.1", None), ("::ffff:192.0.2.1", None), ("2001:db8::1", None), ("192.0.3.1", 403), ("::1", 403),
            (None, 403), ("", 403), ("testclient", 403), ("192.0.2.1:80", 403),
        ]:
            with self.subTest(address=address):
                if status is None:
                    self.verifier.check(CREDENTIAL, (), address)
                else:
                    refused = self.refused(CREDENTIAL, (), address)
                    self.assertEqual((refused.status, refused.error, refused.www_authenticate), (403, "address", None))
        self.assertEqual(len(self.answers.questions), 1)

    def test_an_empty_list_admits_nobody(self):
        self.answers.said[CREDENTIAL] = active(claviger_addresses=[])
        self.assertEqual(self.refused(CREDENTIAL, (), "192.0.2.1").status, 403)


class OrganizationTests(VerifierCase):
    def test_each_organization_is_asked_about_by_itself(self):
        self.trust()
        for _ in range(2):
            for organization, seen in [(None, "org_2"), ("org_2", "org_2"), ("org_3", "org_3")]:
                self.assertEqual(self.verifier.check(CREDENTIAL, organization=organization).organization, seen)
        self.assertEqual(self.answers.questions, [(CREDENTIAL, None), (CREDENTIAL, "org_2"), (CREDENTIAL, "org_3")])

    def test_what_is_forgotten_is_forgotten_in_all_of_them(self):
        self.trust()
        self.verifier.check(CREDENTIAL, organization="org_3")
        del self.answers.said[CREDENTIAL]
        self.verifier._memory.forget(["fingerprint-of-key"])
        self.assertEqual(self.refused(CREDENTIAL, organization="org_3").status, 401)

    def test_another_organization_is_403_and_a_credential_that_is_not_good_401(self):
        self.trust()
        for organization in ["org_1", "", "\ud800"]:
            for _ in range(2):
                refused = self.refused(CREDENTIAL, organization=organization)
                self.assertEqual((refused.status, refused.error, refused.www_authenticate), (403, "organization", None))
        self.assertEqual(self.refused("clv_key_guessed", organization="org_2").status, 401)

        async def run():
            with self.assertRaises(Refused) as raised:
                await self.verifier.check_async(CREDENTIAL, organization="org_1")
            return raised.exception.status

        self.assertEqual(asyncio.run(run()), 403)


class FlightTests(VerifierCase):
    def test_many_first_sights_at_once_are_one_question(self):
        self.trust()
        self.answers.gate = threading.Event()
        boarded = threading.Semaphore(0)
        board = self.verifier._board

        def counted(digest):
            flight = board(digest)
            boarded.release()
            return flight

        self.verifier._board = counted
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            callers = [pool.submit(self.verifier.check, CREDENTIAL) for _ in range(20)]
            for _ in range(20):
                boarded.acquire()
            self.answers.gate.set()
            # Those for whom the machine was too slow were refused, and none was let through otherwise.
            for caller in callers:
                try:
                    self.assertEqual(caller.result().subject, "key_1")
                except Refused as refused:
                    self.assertEqual(refused.status, 503)
        self.assertEqual(len(self.answers.questions), 1)
        self.assertEqual(self.verifier._flights, {})

    def test_whoever_waits_is_refused_when_the_question_takes_too_long(self):
        self.answers.gate = threading.Event()
        asking = threading.Thread(target=self._ignoring, daemon=True)
        asking.start()
        self.assertTrue(eventually(lambda: self.answers.questions))
        self.assertEqual(self.refused(CREDENTIAL).status, 503)
        self.answers.gate.set()
        asking.join()

    def _ignoring(self):
        try:
            self.verifier.check(CREDENTIAL)
        except Refused:
            pass

    def test_a_question_that_is_under_way_for_a_quarter_of_a_second_is_asked_anew(self):
        self.answers.gate = threading.Event()
        asking = threading.Thread(target=self._ignoring, daemon=True)
        asking.start()
        self.assertTrue(eventually(lambda: self.answers.questions))
        self.answers.gate, gate = None, self.answers.gate
        self.now += SECOND // 4
        self.assertFalse(self.verifier._board(hashlib.sha256(CREDENTIAL.encode()).digest())[1])
        self.now += 1
        self.verifier.check(CREDENTIAL)
        self.assertEqual(len(self.answers.questions), 2)
        gate.set()
        asking.join()
        self.assertEqual(self.verifier._flights, {})

    def test_questions_at_a_time_are_bounded(self):
        self.verifier._MOST_FLIGHTS = 1
        self.answers.gate = threading.Event()
        asking = threading.Thread(target=self._ignoring, daemon=True)
        asking.start()
        self.assertTrue(eventually(lambda: self.answers.questions))
        self.assertEqual(self.refused("another").status, 503)
        self.answers.gate.set()
        asking.join()


class AsynchronousTests(VerifierCase):
    def test_what_is_known_does_not_leave_the_event_loop(self):
        self.trust()
        self.verifier.check(CREDENTIAL)
        check = self.verifier.check_async(CREDENTIAL, ["data.read"])
        with self.assertRaises(StopIteration) as returned:
            check.send(None)  # Without any loop it is done at its first step.
        self.assertEqual(returned.exception.value.subject, "key_1")
        self.assertIsNone(self.verifier._executor)

    def test_many_first_sights_at_once_are_one_question_in_one_thread(self):
        self.trust()
        self.answers.gate = threading.Event()

        async def run():
            checks = [asyncio.ensure_future(self.verifier.check_async(CREDENTIAL)) for _ in range(100)]
            await asyncio.sleep(0)
            checks[0].cancel()
            self.answers.gate.set()
            return await asyncio.gather(*checks, return_exceptions=True)

        first, *others = asyncio.run(run())
        self.assertIsInstance(first, asyncio.CancelledError)
        for other in others:
            if isinstance(other, Refused):
                self.assertEqual(other.status, 503)  # The machine was too slow.
            else:
                self.assertEqual(other.subject, "key_1")
        self.assertEqual(len(self.answers.questions), 1)

    def test_refusals_are_the_same(self):
        async def run():
            with self.assertRaises(Refused) as raised:
                await self.verifier.check_async("clv_key_guessed")
            return raised.exception.status

        self.assertIn(asyncio.run(run()), (401, 503))

    def test_after_the_end_there_is_no_thread(self):
        self.verifier.close()

        async def run():
            with self.assertRaises(Refused) as raised:
                await self.verifier.check_async(CREDENTIAL)
            return raised.exception.status

        self.assertEqual(asyncio.run(run()), 503)


class SecrecyTests(VerifierCase):
    def test_neither_secret_nor_credential_is_printed(self):
        self.trust()
        self.answers.failure = RuntimeError(CREDENTIAL)
        logging.getLogger("claviger_verifier").setLevel(logging.DEBUG)
        with self.assertLogs("claviger_verifier") as logged:
            refused = self.refused(CREDENTIAL)
        self.answers.failure = None
        caller = self.verifier.check(CREDENTIAL)
        everything = "\n".join(
            [
                *logged.output, repr(self.verifier), str(self.verifier), repr(refused), str(refused), repr(refused.args),
                refused.body.decode(), repr(refused.__cause__), repr(refused.__context__), repr(caller),
                repr(vars(self.verifier)), repr(vars(self.verifier._memory)),
            ])
        self.assertNotIn(SECRET, everything)
        self.assertNotIn(CREDENTIAL, everything)

    def test_a_verifier_is_not_pickled(self):
        for value in [self.verifier, self.verifier._authorization]:
            with self.assertRaises(TypeError):
                pickle.dumps(value)

    def test_secrets_go_over_https_or_stay_on_the_machine(self):
        for url in ["http://localhost:1", "http://127.0.0.1", "http://[::1]:8080/path/", "https://claviger.example/desk"]:
            Verifier(url, "a", "b", stream=False)
        Verifier("http://claviger.example", "a", "b", stream=False, allow_http=True)
        for url in [
            "http://claviger.example", "http://127.0.0.1.example", "http://192.0.2.1", "ftp://localhost", "localhost", "",
            "https://user:pass@claviger.example", "https://claviger.example?a=b", "https://claviger.example#a",
            "https://claviger.example:port", "https://",
        ]:
            with self.subTest(url=url), self.assertRaises(ValueError) as raised:
                Verifier(url, "a", "b", stream=False)
            self.assertNotIn("pass", str(raised.exception).replace("pass in", ""))

    def test_paths_are_paths_below_the_issuers(self):
        self.assertEqual(self.verifier._origin.target("/oauth2/introspect"), "/oauth2/introspect")
        desk = Verifier("https://claviger.example/desk/", "a", "b", stream=False)
        self.assertEqual(desk._origin.target("/oauth2/introspect"), "/desk/oauth2/introspect")
        for path in ["oauth2", "/a b", "/a\r\nX: y", ""]:
            with self.assertRaises(ValueError):
                Verifier("https://claviger.example", "a", "b", stream=False, introspection_path=path).check("a")

    def test_challenges_cannot_be_broken_out_of(self):
        for realm in ['a"b', "a\\b", "a\r\nb", "", "ä"]:
            with self.assertRaises(ValueError):
                Verifier("https://claviger.example", "a", "b", stream=False, realm=realm)


@unittest.skipUnless(hasattr(os, "fork"), "this system does not fork")
class ForkTests(VerifierCase):
    def in_child(self, does):
        """What a child process says, in one line."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(writing, repr(does()).encode())
            except BaseException as error:
                os.write(writing, repr(error).encode())
            finally:
                os._exit(0)
        os.close(writing)
        with open(reading) as said:
            line = said.read()
        os.waitpid(child, 0)
        return line

    def test_a_child_remembers_nothing_and_has_locks_of_its_own(self):
        self.trust()
        self.verifier.check(CREDENTIAL)
        with self.verifier._lock, self.verifier._memory._lock:
            said = self.in_child(
                lambda: (
                    self.verifier.mode, self.verifier._memory.recall(b""), len(self.verifier._memory._entries),
                    self.verifier._lock.acquire(blocking=False), self.verifier._memory._lock.acquire(blocking=False),
                ))
        self.assertEqual(said, "('asking', None, 0, True, True)")
        self.assertEqual(self.verifier.mode, "remembering")
        self.verifier.check(CREDENTIAL)
        self.assertEqual(len(self.answers.questions), 1)


if __name__ == "__main__":
    unittest.main()
