import CredentialFormat
import HTTPServing
import Model
import Policy

extension JSONWriter {
    /// Writes a member with an identifier.
    mutating func member(_ name: StaticString, _ id: ID<some Entity>) {
        member(name, id.description)
    }

    /// Writes a member with a time (``RFC3339``), or `null`.
    mutating func member(_ name: StaticString, _ time: Instant?) {
        member(name, time.map(RFC3339.text))
    }

    /// Writes a member with the names of scopes.
    mutating func member(_ name: StaticString, _ scopes: ScopeSet) {
        member(name, scopes.scopes.map(\.name))
    }

    /// Writes `allowed_addresses`: the blocks, or `null` for anywhere.
    mutating func member(_ name: StaticString, _ rule: AddressRule) {
        self.name(name)
        if let ranges = rule.ranges { array(ranges) { $0.string($1.description) } } else { null() }
    }

    /// Writes `last_used_at`, `last_used_address` and `use_count`.
    mutating func lastUse(_ use: LastUse?) {
        member("last_used_at", use?.at)
        member("last_used_address", use?.address?.description)
        member("use_count", use?.count ?? 0)
    }

    /// Writes the two members of every list.
    mutating func listing<Item>(
        _ listing: Listing<Item>, of list: ListName, _ members: (inout JSONWriter, Item) -> Void
    ) {
        name("items")
        array(listing.items) { json, item in json.object { members(&$0, item) } }
        member("next_cursor", listing.next.map(list.text))
    }
}
