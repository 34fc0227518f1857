import NIOCore

/// Has a listening socket let nobody in any more, ahead of its end.
///
/// The system makes connections by itself and keeps them until they are accepted. Those that it has when the socket is closed are reset, and
/// the calls on them are lost, though who sent them was let in. So what asks for a connection (SYN) is dropped first, by a filter of the socket
/// (SO_ATTACH_FILTER, socket(7)), while those that are on their way are accepted and answered. Who is dropped asks again after a second
/// and is refused by then.
enum LastCallers {
    /// How long a connection that was begun may take until it is made and its first call has come.
    static let patience = Duration.milliseconds(250)

    /// One of classic BPF's (`sock_filter`).
    private struct Instruction: Sendable {
        let code: UInt16
        let ifTrue: UInt8
        let ifFalse: UInt8
        let operand: UInt32
    }

    /// Several (`sock_fprog`).
    private struct Program: Sendable {
        let count: UInt16
        let address: UInt
    }

    /// It is given segments from the first byte of TCP's header on, of which the thirteenth after that has the flags (RFC 9293, section 3.1).
    private static let filter = [
        Instruction(code: 0x30, ifTrue: 0, ifFalse: 0, operand: 13),
        Instruction(code: 0x54, ifTrue: 0, ifFalse: 0, operand: 0x12),
        Instruction(code: 0x15, ifTrue: 0, ifFalse: 1, operand: 0x02),
        Instruction(code: 0x06, ifTrue: 0, ifFalse: 0, operand: 0),
        Instruction(code: 0x06, ifTrue: 0, ifFalse: 0, operand: .max),
    ]

    /// Where the system does not allow it, whoever calls at the last moment is reset as before.
    static func drop(at channel: any Channel) async {
        guard let socket = channel as? any SocketOptionProvider else { return }
        let dropped = socket.eventLoop.submit {
            filter.withUnsafeBufferPointer { filter in
                let program = Program(count: UInt16(filter.count), address: UInt(bitPattern: filter.baseAddress))
                // On the socket's own loop it is done before the call returns, so the pointer lives long enough. 26 is SO_ATTACH_FILTER.
                _ = socket.unsafeSetSocketOption(level: .socket, name: .init(rawValue: 26), value: program)
            }
        }
        try? await dropped.get()
    }
}
