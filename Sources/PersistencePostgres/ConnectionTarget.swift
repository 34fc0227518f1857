import CLibPQ
import Glibc

/// One server of an address, or one address of its name, for a connection of its own.
struct ConnectionTarget: CustomStringConvertible {
    /// What is said over the address in its place: libpq's keywords and values. Empty where libpq finds the server by itself.
    let parameters: [(String, String)]
    /// A name that was not looked up yet.
    private let name: String?

    /// Host and port, or the folder of a socket.
    var description: String {
        let values = Dictionary(parameters) { first, _ in first }
        guard let host = values["host"] ?? values["hostaddr"] else { return "the server" }
        let address = values["host"] == nil ? nil : values["hostaddr"]
        return "\(host):\(values["port"] ?? "")" + (address.map { $0 == host ? "" : " (\($0))" } ?? "")
    }

    private init(_ parameters: [(String, String)], name: String? = nil) {
        self.parameters = parameters
        self.name = name
    }

    /// The servers of an address, in its order. What it leaves out is taken from libpq's environment.
    static func all(of address: PostgresAddress) -> [ConnectionTarget] {
        let asLibraryDoes = [ConnectionTarget([])]
        let standard = ConnectionOptions.standard
        // The file of services says where a service is, and libpq reads it.
        guard let said = ConnectionOptions(of: address), (said["service"] ?? standard["service"]) == nil else {
            return asLibraryDoes
        }
        func list(_ keyword: String) -> [String] {
            (said[keyword] ?? standard[keyword])?.split(separator: ",", omittingEmptySubsequences: false)
                .map(String.init) ?? []
        }
        let (names, numbers, ports) = (list("host"), list("hostaddr"), list("port"))
        let count = max(names.count, numbers.count)
        // What does not fit together is for libpq to refuse.
        guard count > 0, names.isEmpty || names.count == count, numbers.isEmpty || numbers.count == count,
            ports.count <= 1 || ports.count == count
        else { return asLibraryDoes }
        return (0..<count).map { index in
            let port = ports.count == count ? ports[index] : ports.first ?? ""
            let name = names.isEmpty ? "" : names[index]
            let number = numbers.isEmpty ? "" : numbers[index]
            var parameters = [("port", port.isEmpty ? "5432" : port)]
            if !names.isEmpty { parameters.append(("host", name)) }
            if !numbers.isEmpty { parameters.append(("hostaddr", number)) }
            let isName = number.isEmpty && !name.isEmpty && !name.hasPrefix("/") && !name.hasPrefix("@")
            return ConnectionTarget(parameters, name: isName ? name : nil)
        }
    }

    /// A target for each address of its name, so that one that is silent does not stand before the others; itself where
    /// nothing is to be looked up, or nothing is found. Blocks for as long as the system's resolver takes.
    var resolved: [ConnectionTarget] {
        guard let name else { return [self] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &found) == 0 else { return [ConnectionTarget(parameters)] }
        defer { freeaddrinfo(found) }
        var numbers: [String] = []
        var next = found
        while let entry = next {
            if let number = Self.number(of: entry.pointee), !numbers.contains(number) { numbers.append(number) }
            next = entry.pointee.ai_next
        }
        guard !numbers.isEmpty else { return [ConnectionTarget(parameters)] }
        return numbers.map { ConnectionTarget(parameters + [("hostaddr", $0)]) }
    }

    private static func number(of entry: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(
                entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, Int32(NI_NUMERICHOST)) == 0
        else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
