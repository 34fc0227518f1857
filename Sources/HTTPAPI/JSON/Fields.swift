import Model
import TextForms

/// The members of a request's body, read by name. Whatever is wrong with any of them is noted, so that one reply tells it
/// all: a missing member, one of the wrong type, and one that nobody asked for.
///
/// A member that cannot be read yields a placeholder, so that reading goes on. Nothing is done with it: ``Input`` throws.
struct Fields {
    /// How many unknown members a reply names.
    private static let maximumUnknown = 20

    private let object: JSONObject
    private var asked: Set<String> = []
    private var checks = FieldChecks()

    /// What `make` makes of the members of `body`, and what is wrong with them.
    ///
    /// - Throws: ``Refusal/invalid(_:)`` for what is no object.
    static func read<T: Sendable>(_ body: JSONValue, _ make: (inout Fields) -> T) throws(Refusal) -> Input<T> {
        guard case .object(let object) = body else {
            throw .invalid([InvalidField("", "wrong_type", "The body must be a JSON object.")])
        }
        var fields = Fields(object: object)
        let made = make(&fields)
        let unknown = object.members.filter { !fields.asked.contains($0.name) }
        for member in unknown.prefix(maximumUnknown) {
            fields.checks.refuse(String(member.name.prefix(64)), "unknown_member", "There is no such member here.")
        }
        return Input(value: made, problems: fields.checks.problems)
    }

    private init(object: JSONObject) {
        self.object = object
    }

    /// A member that must be there.
    mutating func required<T>(_ name: String, _ kind: FieldKind<T>) -> T {
        asked.insert(name)
        guard let value = object[name] else {
            checks.refuse(name, "required", "Must be given.")
            return kind.placeholder
        }
        return kind.read(value, name, &checks)
    }

    /// A member that may be left out or `null`.
    mutating func optional<T>(_ name: String, _ kind: FieldKind<T>) -> T? {
        asked.insert(name)
        guard let value = object[name], value != .null else { return nil }
        return kind.read(value, name, &checks)
    }

    /// A member of an edit: nil leaves the field as it is.
    mutating func edit<T>(_ name: String, _ kind: FieldKind<T>) -> T? {
        asked.insert(name)
        return object[name].map { kind.read($0, name, &checks) }
    }

    /// A member of an edit that `null` clears: the outer nil leaves the field as it is.
    mutating func clearableEdit<T>(_ name: String, _ kind: FieldKind<T>) -> T?? {
        asked.insert(name)
        guard let value = object[name] else { return nil }
        return .some(value == .null ? nil : kind.read(value, name, &checks))
    }

    /// `force`: whether something is wanted although it takes away the last of its kind, or what still works.
    mutating func force() -> Bool {
        optional("force", .flag) ?? false
    }

    /// A member that can be set on creation but never be changed.
    mutating func refuseEdit(_ name: String) {
        asked.insert(name)
        if object[name] != nil { checks.refuse(name, "immutable", "Cannot be changed.") }
    }
}
