//! The shell that runs the stages: inbox, queues, workers, writer, projector, supervisor.
