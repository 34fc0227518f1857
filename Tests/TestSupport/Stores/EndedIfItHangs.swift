package import Testing

extension Trait where Self == TimeLimitTrait {
    /// For a test that hangs where something is wrong: when it is ended. Where nothing is, none takes as long, also on a machine that has
    /// many times as much to do.
    package static var endedIfItHangs: Self { .timeLimit(.minutes(20)) }
}
