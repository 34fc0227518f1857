/// The request to a hot route that a task answers, for the spans of what is done for it. Ordinary requests have theirs from
/// swift-distributed-tracing.
package enum CurrentSpan {
    /// Nil where no request is answered, or none that is part of a trace.
    @TaskLocal package static var parent: TraceParent?
}

extension HotRequest {
    /// The trace that it is part of, nil where there is none or whoever began it does not keep it.
    var traceParent: TraceParent? {
        guard let parent = field(TraceParent.field).flatMap({ TraceParent($0) }), parent.isSampled else { return nil }
        return parent
    }

    /// What is done for it stands under this.
    var span: TraceParent? {
        traceParent.map { parent in
            TraceParent(trace: parent.trace, span: FinishedSpan.identifier(of: requestID), isSampled: true)
        }
    }
}
