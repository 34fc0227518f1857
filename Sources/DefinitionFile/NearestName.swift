/// The name that somebody who wrote `text` may have meant, nil where none is near: at most a third of its characters, and
/// at least one, are another, missing, too many, or two neighbours changed places (optimal string alignment). Case and the
/// marks `-`, `_`, `.` and space do not count.
package func nearestName(to text: String, among names: some Sequence<String>) -> String? {
    let wanted = Array(text.prefix(128).lowercased())
    let bound = max(1, wanted.count / 3)
    var best: (name: String, distance: Int)?
    for name in names {
        let candidate = Array(name.lowercased())
        guard abs(candidate.count - wanted.count) <= bound else { continue }
        let distance = differences(between: wanted, and: candidate)
        if distance <= bound, distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
}

/// How many single edits make one of the other.
private func differences(between one: [Character], and other: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for (row, character) in one.enumerated() {
        var current = [row + 1]
        for (column, counterpart) in other.enumerated() {
            var cost = min(last[column + 1], current[column]) + 1
            let isSame = character == counterpart || areMarks(character, counterpart)
            cost = min(cost, last[column] + (isSame ? 0 : 1))
            if row > 0, column > 0, character == other[column - 1], one[row - 1] == counterpart {
                cost = min(cost, beforeLast[column - 1] + 1)
            }
            current.append(cost)
        }
        (beforeLast, last) = (last, current)
    }
    return last[other.count]
}

private func areMarks(_ one: Character, _ other: Character) -> Bool {
    "-_. ".contains(one) && "-_. ".contains(other)
}
