@testable import WebConsole

extension PageLine {
    static let integrations: [PageLine] = [
        PageLine(.integrations, readers)
    ]
}
