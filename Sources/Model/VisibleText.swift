/// Whether people can see every character of a line: what shows nothing can stand in a name only to look like another name,
/// or like none.
enum VisibleText {
    /// Whether there is something to see.
    static func isVisible(_ text: String) -> Bool {
        text.unicodeScalars.contains(where: \.isVisible)
    }

    /// Whether there is a character that shows nothing where it stands. Joiners and variation selectors are what emoji and
    /// the scripts of Persian and of India are written with, and are let through there alone.
    static func hasHidden(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        return scalars.indices.contains { index in
            let scalar = scalars[index]
            guard scalar.isHidden else { return false }
            guard let before = scalars[..<index].last(where: { !$0.properties.isVariationSelector }) else {
                return true
            }
            let after = index + 1 < scalars.count ? scalars[index + 1] : nil
            if scalar.properties.isVariationSelector {
                // One for each character. A digit takes one in a keycap alone.
                guard index > 0, scalars[index - 1] == before else { return true }
                return !(before.isPicture || before.properties.isIdeographic || after == "\u{20E3}")
            }
            guard scalar == "\u{200C}" || scalar == "\u{200D}", let after else { return true }
            return !(before.isPicture && after.isPicture || before.takesJoiners && after.takesJoiners)
        }
    }
}

extension Unicode.Scalar {
    /// What is drawn by nothing, or as nothing: Unicode's default ignorable code points, the blank of Braille, and the marks
    /// of annotations.
    fileprivate var isHidden: Bool {
        properties.isDefaultIgnorableCodePoint || value == 0x2800 || (0xFFF9...0xFFFB).contains(value)
    }

    fileprivate var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator,
            .nonspacingMark, .enclosingMark:
            false
        default: !isHidden
        }
    }

    /// An emoji, its colour, or a sign that becomes one by a variation selector.
    fileprivate var isPicture: Bool {
        value > 0x7F && (properties.isEmoji || properties.isEmojiModifier)
    }

    /// Of a script whose letters change by joiners: from Arabic to Sinhala, Myanmar, Khmer, Mongolian and Arabic's
    /// presentation forms.
    fileprivate var takesJoiners: Bool {
        switch value {
        case 0x0600...0x0DFF, 0x1000...0x109F, 0x1780...0x18AF, 0xFB50...0xFDFF, 0xFE70...0xFEFC: !isHidden
        default: false
        }
    }
}
