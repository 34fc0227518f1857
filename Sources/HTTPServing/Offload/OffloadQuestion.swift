import NIOCore
import NIOHTTP1
import Policy

/// What a message of HAProxy's asks, as the request to `/verify` that it stands for.
///
/// Of what the caller sent, only those fields are taken in which a product may look for something: whatever else `/verify` believes
/// of a request is HAProxy's own word.
struct OffloadQuestion {
    /// What stands in the query of `/verify`.
    private(set) var rule: String?
    private(set) var headers = HTTPHeaders()
    /// What is wrong with the message, if HAProxy's configuration has a slip.
    private(set) var slip: GatewaySlip?

    /// What a message may have.
    private enum Argument: String {
        case rule
        case gateway
        case address
        case uri
        case fields
    }

    /// - Parameters:
    ///   - payload: A list of messages.
    ///   - wanted: The names of the caller's fields that count.
    /// - Throws: Where it is no such list.
    init(_ payload: ByteBuffer, wanting wanted: WantedFields) throws(OffloadFault) {
        var payload = payload
        var seen: Set<String> = []
        _ = try payload.readOffloadBytes()
        guard let count: UInt8 = payload.readInteger() else { throw .invalidFrame }
        for _ in 0..<count {
            let name = try payload.readOffloadText()
            let value = try payload.readOffloadValue()
            guard let argument = Argument(rawValue: name) else {
                slips("a message has an argument that is none of rule, gateway, address, uri and fields")
                continue
            }
            if !seen.insert(name).inserted { slips("a message has \(name) twice") }
            try take(value, as: argument, wanting: wanted)
        }
        if payload.readableBytes > 0 { slips("a group has several messages") }
        for argument in [Argument.rule, .address, .fields] where !seen.contains(argument.rawValue) {
            slips("a message has no \(argument.rawValue)")
        }
    }

    private mutating func take(
        _ value: OffloadValue, as argument: Argument, wanting wanted: WantedFields
    ) throws(OffloadFault) {
        switch argument {
        case .rule:
            rule = value.text
            // A variable that HAProxy's configuration leaves empty would be a route without scopes (law 3).
            if rule?.isEmpty ?? true { slips("rule of a message is empty, or no text") }
        case .gateway: add("X-Claviger-Gateway", value, as: argument)
        case .uri: add("X-Original-URI", value, as: argument)
        case .address:
            // A caller by a Unix socket has none. HAProxy's own is not theirs.
            headers.add(name: "X-Forwarded-For", value: value.address.map { "\($0)" } ?? "unknown")
            if value.address == nil, !value.isNull { slips("address of a message is none") }
        case .fields:
            if let list = value.bytes {
                try take(list, wanting: wanted)
            } else {
                slips("fields of a message is no list")
            }
        }
    }

    private mutating func add(_ name: String, _ value: OffloadValue, as argument: Argument) {
        if let text = value.text {
            headers.add(name: name, value: text)
        } else if !value.isNull {
            slips("\(argument.rawValue) of a message is no text")
        }
    }

    /// Takes those that count out of a list of names and values (`req.hdrs_bin`), which ends with two that are empty.
    private mutating func take(_ list: ByteBuffer, wanting wanted: WantedFields) throws(OffloadFault) {
        var list = list
        while true {
            let name = try list.readOffloadBytes()
            let value = try list.readOffloadBytes()
            guard name.readableBytes > 0 else {
                guard value.readableBytes == 0, list.readableBytes == 0 else { throw .invalidFrame }
                return
            }
            if let name = wanted.name(name) { headers.add(name: name, value: String(buffer: value)) }
        }
    }

    private mutating func slips(_ explanation: String) {
        if slip == nil { slip = GatewaySlip(explanation: "SPOE: \(explanation)") }
    }
}

/// The names of fields that count, whatever their letters' case.
struct WantedFields: Sendable {
    private let names: [String]

    init(_ names: [String]) {
        self.names = names
    }

    /// The name as it is in our list, nil for one that is not in it.
    func name(_ bytes: ByteBuffer) -> String? {
        // Most are of another length, and then no text is made of them.
        guard names.contains(where: { $0.utf8.count == bytes.readableBytes }) else { return nil }
        let text = String(buffer: bytes)
        return names.first { $0.isField(text) }
    }
}
