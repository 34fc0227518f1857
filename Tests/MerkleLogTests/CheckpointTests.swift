import Testing
import TextForms

@testable import MerkleLog

@Suite("Checkpoints and canonical texts") struct CheckpointTests {
    /// The example of C2SP signed-note, which was signed elsewhere.
    @Test func `a note that others signed is believed by its key alone`() throws {
        let key = try #require(NoteKey(parsing: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"))
        let text = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

            """
        let note = try #require(SignedNote(parsing: text))
        #expect(note.isSigned(by: key))
        #expect(note.written == text)
        #expect(key.text == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        #expect(NoteKey(parsing: "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW") == nil)
        let changed = try #require(SignedNote(parsing: text.replacing("answer", with: "cause ")))
        #expect(!changed.isSigned(by: key))
        #expect(SignedNote(parsing: text + "\n") == nil)
        #expect(SignedNote(parsing: "no signature\n") == nil)
    }

    @Test(arguments: [
        "log\n01\n\(hash)\n", "log\n-1\n\(hash)\n", "\n1\n\(hash)\n", "log\n1\nAA==\n", "log\n1\n\(hash)",
    ])
    func `what is no checkpoint is none`(_ text: String) {
        #expect(Checkpoint(parsing: text) == nil)
    }

    @Test func `a checkpoint is written as it is read`() throws {
        let text = "auth.example.com/audit-log/x\n7\n\(hash)\n"
        #expect(try #require(Checkpoint(parsing: text)).text == text)
    }

    /// The example of RFC 8785 §3.2.3, without its numbers, and its escapes.
    @Test func `a value has one text`() throws {
        let json = #"""
            { "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
              "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis",
              "n": [null, true, 5, "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/\t\b\f"] }
            """#
        let wanted =
            #"{"\r":"Carriage Return","1":"One","n":[null,true,5,"€$\u000f\nA'B\"\\\\\"/\t\b\f"],"#
            + "\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
            + "\"\u{1F600}\":\"Emoji: Grinning Face\",\"\u{FB33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        let bytes = try #require(CanonicalJSON.bytes(try JSONParser.parse(Array(json.utf8))))
        #expect(String(decoding: bytes, as: UTF8.self) == wanted)
        #expect(CanonicalJSON.bytes(.decimal("1.5")) == nil)
    }
}

private let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
