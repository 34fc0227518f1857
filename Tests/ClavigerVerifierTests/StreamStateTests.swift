import Testing

@testable import ClavigerVerifier

extension StreamState {
    /// When the request was begun, by our clock.
    fileprivate static let begun: Int64 = 5_000_000_000

    /// A greeting comes at once, and all else so late that all of it is past.
    fileprivate mutating func heard(_ event: StreamEvent) -> [Step] {
        heard(event, at: event.name == "hello" ? Self.begun : .max)
    }
}

@Suite("What a verifier makes of the stream")
struct StreamStateTests {
    private static let millisecond: Int64 = 1_000_000
    private static let begun = StreamState.begun
    /// The node's clock shows something else entirely.
    private static let answered: Int64 = 77_000_000

    private func connected(resumed: Bool = false) -> StreamState {
        var state = StreamState()
        state.connects(at: Self.begun)
        _ = state.heard(hello(resumed: resumed))
        return state
    }

    private func hello(resumed: Bool, id: String? = "nod_a.4") -> StreamEvent {
        StreamEvent(
            name: "hello", id: resumed ? nil : id,
            data: #"{"node":"nod_a","now":\#(Self.answered),"resumed":\#(resumed)}"#)
    }

    private func proof(after milliseconds: Int64) -> StreamEvent {
        StreamEvent(name: "proof", data: String(Self.answered + milliseconds * 1000))
    }

    /// The last moment that is believed, in milliseconds from when the request was begun, less what clocks may differ.
    @Test(arguments: [(0, 750.0), (250, 999.95), (1000, 1749.8), (600_000, 600_630.0), (-300, 449.94)])
    func `a proof is good for 750 ms from when the node said so, counted from when it was asked`(
        _ milliseconds: Int64, _ last: Double
    ) {
        var state = connected()
        #expect(
            state.heard(proof(after: milliseconds))
                == [.believe(until: Self.begun + Int64((last * 1000).rounded()) * 1000)])
    }

    @Test func `a stream that began too late to prove anything in time is asked for anew`() {
        let latest = Self.begun + StreamState.longestOpening
        var state = StreamState()
        state.connects(at: Self.begun)
        #expect(state.heard(hello(resumed: true), at: latest) == [])
        for resumed in [false, true] {
            state.connects(at: Self.begun)
            #expect(state.heard(hello(resumed: resumed), at: latest + 1) == [.forgetEverything, .giveUp])
        }
    }

    @Test func `nothing is proven before the node has said its time, nor by what is no time`() {
        var state = StreamState()
        state.connects(at: Self.begun)
        #expect(state.heard(proof(after: 0)) == [.forgetEverything, .giveUp])
        for text in ["", "soon", "-", "9223372036854775807", "-9223372036854775808"] {
            var state = connected()
            #expect(state.heard(StreamEvent(name: "proof", data: text)) == [.forgetEverything, .giveUp], "\(text)")
        }
        // The time of a connection is good for no other.
        var again = connected()
        again.connects(at: Self.begun + Self.millisecond)
        #expect(again.heard(proof(after: 0)) == [.forgetEverything, .giveUp])
    }

    @Test func `a moment that is still to come proves that the clocks are not what they were`() {
        var state = connected()
        let moment = Self.begun + 1000 * Self.millisecond - 200_000
        #expect(state.heard(proof(after: 1000), at: moment) == [.believe(until: moment + StreamState.reach)])
        #expect(state.heard(proof(after: 1000), at: moment - 1) == [.forgetEverything, .giveUp])
        #expect(state.last == nil)
    }

    @Test func `everything is forgotten unless the stream goes on where it ended`() {
        var state = StreamState()
        state.connects(at: Self.begun)
        #expect(state.heard(hello(resumed: false)) == [.forgetEverything])
        #expect(state.last == "nod_a.4")
        #expect(state.heard(StreamEvent(name: "forget", id: "nod_a.5", data: "one two")) == [.forget(["one", "two"])])
        #expect(state.last == "nod_a.5")
        #expect(state.heard(StreamEvent(name: "goodbye", data: "{}")) == [.leave])
        state.connects(at: Self.begun)
        #expect(state.last == "nod_a.5")
        #expect(state.heard(hello(resumed: true)) == [])
        #expect(state.last == "nod_a.5")
        #expect(state.heard(hello(resumed: false, id: nil)) == [.forgetEverything])
        #expect(state.last == nil)
    }

    @Test(arguments: ["forget-everything", "something-new"])
    func `everything is forgotten when the node says so, or something that is not understood`(_ name: String) {
        var state = connected()
        #expect(state.heard(StreamEvent(name: name, id: "nod_a.9", data: "{}")) == [.forgetEverything])
        #expect(state.last == "nod_a.9")
    }

    @Test(arguments: ["", "{", "[]", #"{"now":1}"#, #"{"now":"1","resumed":true}"#, #"{"now":1.5,"resumed":true}"#])
    func `a greeting that is none ends the connection, and nothing is gone on from`(_ data: String) {
        var state = connected()
        state.connects(at: Self.begun)
        #expect(state.heard(StreamEvent(name: "hello", data: data)) == [.forgetEverything, .giveUp])
        #expect(state.last == nil)
    }
}

@Suite("Reading server-sent events")
struct EventReaderTests {
    private static let text =
        "event: hello\nid: n.1\ndata: {}\n\n:\n\nevent:forget\r\ndata: a b\r\n\r\ndata: x\rdata: y\r\rretry: 5\n\n"
    private static let events = [
        StreamEvent(name: "hello", id: "n.1", data: "{}"), StreamEvent(name: "forget", data: "a b"),
        StreamEvent(data: "x\ny"),
    ]

    @Test func `an event is what it is, wherever it is cut`() throws {
        let bytes = Array(Self.text.utf8)
        for size in 1...bytes.count {
            var reader = EventReader()
            var events: [StreamEvent] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                events += try reader.read(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(events == Self.events, "\(size)")
        }
    }

    @Test func `a line without an end is given up`() throws {
        var reader = EventReader()
        _ = try reader.read(Array(repeating: UInt8(ascii: "x"), count: 65_536))
        #expect(throws: EventReader.Malformed.self) { try reader.read([UInt8(ascii: "x")]) }
    }
}
