/// An open-addressed hash table of references, with linear probing: 16 bytes a slot, so a look-up is one probe and then the record
/// itself. Of the key it holds 31 bits of its hash; whether a record is the one that is looked for, the record says. Several may stand
/// under one hash.
///
/// Each slot has a mark, which ``mark(_:)`` sets, and a second from when on what it holds is worth nothing.
struct FlatIndex<Record: AnyObject & Sendable>: Sendable {
    /// What a slot takes, in bytes.
    static var slotBytes: Int { MemoryLayout<Slot>.stride }

    private struct Slot: Sendable {
        /// The hash, the lowest bit of which is the mark.
        var tag: UInt32 = 0
        /// In seconds since 1970, rounded up.
        var end: UInt32 = 0
        var record: Record?
    }

    /// Empty, or as many as a power of two.
    private var slots: ContiguousArray<Slot> = []
    private var shift: UInt32 = 32
    /// How many records there are.
    private(set) var count = 0

    /// How many slots there are.
    var capacity: Int { slots.count }

    /// Whether another record would make probes long: a quarter of the slots stays empty.
    var isFull: Bool { count >= slots.count / 4 * 3 }

    /// How many slots there will be after ``grow()``.
    var nextCapacity: Int { max(8, slots.count * 2) }

    /// The record under `hash` that `isIt` accepts, by its place.
    ///
    /// - Parameter isIt: Asked of what has the same 31 bits.
    func place(of hash: UInt32, where isIt: (Record) -> Bool) -> Int? {
        guard count > 0 else { return nil }
        let mask = slots.count - 1
        var place = home(hash)
        while let record = slots[place].record {
            if (slots[place].tag ^ hash) < 2, isIt(record) { return place }
            place = (place + 1) & mask
        }
        return nil
    }

    /// The record at a place, nil where there is none.
    subscript(place: Int) -> Record? { slots[place].record }

    /// From when on what is at a place is worth nothing.
    func end(at place: Int) -> UInt32 { slots[place].end }

    /// Sets the mark of a place. One that has it is not written to.
    mutating func mark(_ place: Int) {
        if slots[place].tag & 1 == 0 { slots[place].tag |= 1 }
    }

    /// Takes the mark of a place away.
    ///
    /// - Returns: Whether it was there.
    mutating func unmark(_ place: Int) -> Bool {
        defer { slots[place].tag &= ~1 }
        return slots[place].tag & 1 != 0
    }

    /// Adds a record. Who has a bound to keep looks at ``isFull`` before.
    mutating func insert(_ record: Record, under hash: UInt32, until end: UInt32) {
        if isFull { grow() }
        slots[room(for: hash)] = Slot(tag: hash & ~1, end: end, record: record)
        count += 1
    }

    /// Takes away what is at a place. What had to stand behind it moves up, so nothing marks the gap; the place itself may hold another
    /// record then.
    mutating func remove(at place: Int) {
        let mask = slots.count - 1
        var gap = place
        var next = (place + 1) & mask
        slots[gap].record = nil
        while slots[next].record != nil {
            // It may stand in the gap unless its home lies behind that.
            if (next &- home(slots[next].tag)) & mask >= (next &- gap) & mask {
                slots.swapAt(gap, next)
                gap = next
            }
            next = (next + 1) & mask
        }
        count -= 1
    }

    /// Has twice as many slots. Reads no record.
    private mutating func grow() {
        var old = ContiguousArray(repeating: Slot(), count: nextCapacity)
        swap(&old, &slots)
        shift = 32 - UInt32(slots.count.trailingZeroBitCount)
        // Exchanged and not copied: a copy would count references in each record, which is a miss each.
        for place in old.indices where old[place].record != nil { swap(&old[place], &slots[room(for: old[place].tag)]) }
    }

    /// The empty slot where a record with this hash goes.
    private func room(for hash: UInt32) -> Int {
        let mask = slots.count - 1
        var place = home(hash)
        while slots[place].record != nil { place = (place + 1) & mask }
        return place
    }

    private func home(_ hash: UInt32) -> Int { Int(truncatingIfNeeded: hash >> shift) }
}
