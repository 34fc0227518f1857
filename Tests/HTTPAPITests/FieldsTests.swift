import Model
import Testing

@testable import HTTPAPI

@Suite("Members of a body")
struct FieldsTests {
    private func read<T: Sendable>(_ text: String, _ make: (inout Fields) -> T) throws -> T {
        try JSONBody(Array(text.utf8)).read(make)
    }

    /// `field code` of everything that is wrong.
    private func problems<T: Sendable>(_ text: String, _ make: (inout Fields) -> T) -> [String] {
        do {
            _ = try read(text, make)
            return []
        } catch Refusal.invalid(let fields) {
            return fields.map { "\($0.field) \($0.code)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test func `everything that is wrong is told at once`() {
        let told = problems(#"{"count":"7","tags":["a",1],"nmae":"x"}"#) { fields in
            _ = fields.required("name", .text)
            _ = fields.required("count", .wholeNumber)
            _ = fields.required("tags", .texts)
        }
        #expect(told == ["name required", "count wrong_type", "tags.1 wrong_type", "nmae unknown_member"])
    }

    @Test(arguments: [
        "3600.5", "1e-1", "10e-2", "0.1", "-0.5", "1e-99999999999999999999", "\"1\"", "true", "null", "[]",
    ])
    func `what is no whole number has the wrong type`(_ text: String) {
        #expect(problems("{\"n\":\(text)}") { $0.required("n", .wholeNumber) } == ["n wrong_type"])
    }

    @Test(arguments: [
        ("3600", 3600), ("3600.0", 3600), ("36e2", 3600), ("3.6E+3", 3600), ("360000e-2", 3600), ("-3600.000", -3600),
        ("-0.0", 0),
        ("0e99999999999999999999", 0), ("9223372036854775807.0", Int.max), ("-9223372036854775808e0", Int.min),
    ])
    func `a whole number may be written with a fraction of zeros or an exponent`(_ text: String, _ number: Int) throws {
        #expect(try read("{\"n\":\(text)}") { $0.required("n", .wholeNumber) } == number)
    }

    @Test(arguments: [
        "99999999999999999999", "9223372036854775808", "9223372036854775808.0", "-9223372036854775809.0", "1e19",
        "1e400",
        "1e99999999999999999999", "1.5e9223372036854775807",
    ])
    func `a whole number that is too large is out of range`(_ text: String) {
        #expect(problems("{\"n\":\(text)}") { $0.required("n", .wholeNumber) } == ["n out_of_range"])
    }

    @Test(arguments: ["[]", "\"x\"", "1", "null", "true"])
    func `a body that is no object is refused`(_ text: String) {
        #expect(problems(text) { $0.optional("n", .wholeNumber) } == [" wrong_type"])
    }

    @Test func `a list has a bound`() {
        let list = Array(repeating: "\"a\"", count: 257).joined(separator: ",")
        #expect(problems("{\"n\":[\(list)]}") { $0.required("n", .texts) } == ["n too_many"])
    }

    @Test func `an edit tells left out from null`() throws {
        let edit = { (text: String) in try self.read(text) { $0.clearableEdit("d", .text) } }
        #expect(try edit("{}") == .none)
        #expect(try edit(#"{"d":null}"#) == .some(nil))
        #expect(try edit(#"{"d":"x"}"#) == .some("x"))
        #expect(problems(#"{"d":null}"#) { $0.edit("d", .text) } == ["d wrong_type"])
    }

    @Test func `what never changes is refused by name`() {
        #expect(problems(#"{"name":"x"}"#) { $0.refuseEdit("name") } == ["name immutable"])
        #expect(problems("{}") { $0.refuseEdit("name") } == [])
    }

    @Test func `what a service refuses is told with what could not be read, and placeholders are passed over`() throws {
        let body = try JSONBody(Array(#"{"n":"1","tags":["a",1],"x":1}"#.utf8))
        let input = try body.input {
            ($0.required("n", .wholeNumber), $0.required("tags", .texts), $0.required("name", .text))
        }
        #expect(input.value.1 == ["a", ""])
        let own = ["n out_of_range", "tags.0 unknown", "tags.1 unknown", "name required", "other invalid"]
        let refused = own.map {
            InvalidField(String($0.split(separator: " ")[0]), String($0.split(separator: " ")[1]), "")
        }
        func told(_ work: () throws -> Void) -> [String] {
            do {
                try input.apply { _ in try work() }
                return []
            } catch Refusal.invalid(let fields) {
                return fields.map { "\($0.field) \($0.code)" }
            } catch {
                return ["\(error)"]
            }
        }
        let form = ["n wrong_type", "tags.1 wrong_type", "name required", "x unknown_member"]
        #expect(told { throw Refusal.invalid(refused) } == form + ["tags.0 unknown", "other invalid"])
        #expect(told {} == form)
        #expect(told { throw Refusal.conflict(code: "c", explanation: "") } == form)
        #expect(told { throw Refusal.preconditionFailed } == form)
        #expect(told { throw Refusal.notFound } == ["\(Refusal.notFound)"])
        #expect(told { throw Refusal.forbidden(.appsManage) } == ["\(Refusal.forbidden(.appsManage))"])
    }

    @Test func `a flood of unknown members makes no flood of a reply`() {
        let members = (0..<5000).map { "\"m\($0)\":1" }.joined(separator: ",")
        #expect(problems("{\(members)}") { _ in }.count == 20)
    }
}
