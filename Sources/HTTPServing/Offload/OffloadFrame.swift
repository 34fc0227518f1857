import NIOCore

/// A frame of HAProxy's Stream Processing Offload Protocol (SPOE.txt §3.2).
struct OffloadFrame {
    /// What HAProxy sends.
    enum Kind: UInt8 {
        /// It continues another, which we never say that we take.
        case unset = 0
        case hello = 1
        case disconnect = 2
        case notify = 3
    }

    /// Which frame it is: an answer repeats it.
    struct Number: Hashable {
        let stream: UInt64
        let frame: UInt64

        /// That of what belongs to no stream.
        static let none = Number(stream: 0, frame: 0)
    }

    /// The length that stands before each.
    static let lengthSize = 4
    /// No peer may want shorter ones, and none of ours is longer, nor anything that we keep of one (law 7).
    static let sizes = 256...65_536
    /// The bit that says that nothing continues it.
    private static let fin: UInt32 = 1

    let kind: Kind
    let number: Number
    let payload: ByteBuffer

    /// - Parameter bytes: The frame without its length.
    init(_ bytes: ByteBuffer) throws(OffloadFault) {
        var bytes = bytes
        guard let type: UInt8 = bytes.readInteger(), let flags: UInt32 = bytes.readInteger() else {
            throw .invalidFrame
        }
        guard let kind = Kind(rawValue: type) else { throw .invalidFrame }
        guard flags & Self.fin != 0, kind != .unset else { throw .fragmented }
        self.kind = kind
        number = Number(stream: try bytes.readOffloadNumber(), frame: try bytes.readOffloadNumber())
        payload = bytes
    }

    /// Takes the next whole frame out of what came, nil where there is none yet.
    ///
    /// - Parameter longest: How long it may be.
    static func next(in bytes: inout ByteBuffer, longest: Int) throws(OffloadFault) -> OffloadFrame? {
        guard let length: UInt32 = bytes.getInteger(at: bytes.readerIndex) else { return nil }
        guard length <= longest else { throw .frameTooBig }
        guard bytes.readableBytes >= lengthSize + Int(length) else { return nil }
        bytes.moveReaderIndex(forwardBy: lengthSize)
        guard let frame = bytes.readSlice(length: Int(length)) else { return nil }
        return try OffloadFrame(frame)
    }
}

extension ByteBuffer {
    /// The frames that we write.
    private enum Answer: UInt8 {
        case hello = 101
        case disconnect = 102
        case ack = 103
    }

    mutating func writeOffloadHello(longestFrame: Int) {
        writeOffloadFrame(.hello, .none) { bytes in
            bytes.writeOffloadName("version")
            bytes.writeOffloadValue("2.0")
            bytes.writeOffloadName("max-frame-size")
            bytes.writeOffloadValue(UInt32(longestFrame))
            bytes.writeOffloadName("capabilities")
            bytes.writeOffloadValue("pipelining")
        }
    }

    mutating func writeOffloadDisconnect(_ fault: OffloadFault) {
        writeOffloadFrame(.disconnect, .none) { bytes in
            bytes.writeOffloadName("status-code")
            bytes.writeOffloadValue(fault.rawValue)
            bytes.writeOffloadName("message")
            bytes.writeOffloadValue("\(fault.message)")
        }
    }

    /// Answers a frame with what a reply sets.
    mutating func writeOffloadAck(_ reply: HotReply, requestID: String, to number: OffloadFrame.Number) {
        writeOffloadFrame(.ack, number) { bytes in
            reply.writeVariables(to: &bytes, requestID: requestID)
        }
    }

    private mutating func writeOffloadFrame(
        _ kind: Answer, _ number: OffloadFrame.Number, _ payload: (inout ByteBuffer) -> Void
    ) {
        let start = writerIndex
        writeInteger(UInt32(0))
        writeInteger(kind.rawValue)
        writeInteger(UInt32(1))
        writeOffloadNumber(number.stream)
        writeOffloadNumber(number.frame)
        payload(&self)
        setInteger(UInt32(writerIndex - start - OffloadFrame.lengthSize), at: start)
    }
}
