import Testing

@testable import HTTPAPI

@Suite("The preference to wait (RFC 7240 §4.3)")
struct WaitPreferenceTests {
    @Test(arguments: [
        ("wait=1", 1), ("wait=10", 10), ("wait=11", 10), ("wait=999999999", 10), ("WAIT=3", 3), (" wait = 3 ", 3),
        ("respond-async, wait=2", 2), ("wait=2, wait=5", 2), ("wait=4; because=why", 4), ("wait=007", 7),
        ("return=minimal,wait=6", 6),
    ])
    func `it is read, up to ten seconds`(_ field: String, _ seconds: Int) {
        #expect(WaitPreference(field)?.seconds == seconds)
        #expect(WaitPreference(field)?.applied == "wait=\(seconds)")
    }

    @Test(arguments: [
        "", "wait", "wait=", "wait=0", "wait=-1", "wait=1.5", "wait=ten", "wait=1s", "waits=1", "respond-async",
        "wait=99999999999999999999", "wait=٣", "wait=+1", ",,;=", "wait=0, wait=5",
    ])
    func `what cannot be met is ignored`(_ field: String) {
        #expect(WaitPreference(field) == nil)
    }

    @Test func `without a field there is none`() {
        #expect(WaitPreference(nil) == nil)
    }
}
