extension Duration {
    /// The whole milliseconds in it.
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }

    /// How long `poll` shall wait, in milliseconds. Rounded up, so that it is not asked again just before the end; never
    /// negative, which would be for ever.
    var pollTimeout: Int32 { Int32(clamping: max(0, milliseconds + 1)) }
}
