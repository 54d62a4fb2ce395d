//! The life of a document: one task, [`Engine::live`]. While something is due, run it on its pool and have the
//! writer make the answer durable. Tasks wait for pools and for the writer, and neither waits for a task, so
//! nothing can wait in a circle.

use std::sync::{Arc, PoisonError};

use tokio::sync::watch;

use crate::event::codec;
use crate::event::envelope::{Append, Blob, Position, StreamId};
use crate::event::kinds::Event;
use crate::event_log::{AppendError, Appended, Outline};
use crate::model::Digest;
use crate::runtime::engine::{Ending, Engine, EngineError, Share};
use crate::runtime::inputs::Texts;
use crate::runtime::line::Line;
use crate::runtime::stages;
use crate::runtime::work::{Due, Progress, Task};
use crate::runtime::worker::Trouble;
use crate::stage::plan::Stage;

impl Engine {
    /// Leads a document through its stages in a task of its own, unless one is at it already; returns
    /// where to hear of its end. `original` spares reading it back.
    pub fn start(
        self: &Arc<Self>,
        line: &Arc<Line>,
        document: Digest,
        original: Option<Arc<[u8]>>,
        share: Share,
    ) -> watch::Receiver<Option<Ending>> {
        let place = (line.generation, document);
        let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ending) = at_work.get(&place) {
            return ending.clone();
        }
        let (sender, ending) = watch::channel(None);
        at_work.insert(place, ending.clone());
        drop(at_work);
        let (engine, line) = (self.clone(), line.clone());
        self.tasks.spawn(async move {
            let _share = share;
            let end = match engine.live(&line, document, original).await {
                Ok(end) => end,
                Err(error) => {
                    if !matches!(error, EngineError::Stopped) {
                        tracing::error!(%document, %error, "the work on this document stopped");
                    }
                    Ending::Broken(error.to_string())
                }
            };
            engine.at_work.lock().unwrap_or_else(PoisonError::into_inner).remove(&place);
            sender.send_replace(Some(end));
        });
        ending
    }

    async fn live(
        self: &Arc<Self>,
        line: &Line,
        document: Digest,
        original: Option<Arc<[u8]>>,
    ) -> Result<Ending, EngineError> {
        let mut progress = self.progress(document).await?;
        let mut texts = Texts::of(original);
        loop {
            match progress.due(document, &line.plan) {
                Due::Unknown => {
                    return Err(EngineError::Lacks(format!("the receipt of document {document}")));
                }
                Due::Done(position) => return Ok(Ending::Done(position)),
                Due::Parked(stage, position) => return self.given_up(stage, position).await,
                Due::Dropped(position) => return Ok(Ending::Dropped(position)),
                Due::Run(task) => {
                    if self.now.is_cancelled() {
                        return Err(EngineError::Stopped);
                    }
                    let event = self.run(line, document, task, &progress, &mut texts).await?;
                    progress.apply(&event);
                }
            }
        }
    }

    async fn given_up(self: &Arc<Self>, stage: Stage, position: Position) -> Result<Ending, EngineError> {
        match self.event_at(position).await? {
            Event::StageParked(parked) => Ok(Ending::Parked(stage, parked.message, position)),
            Event::DocumentRefused(refused) => Ok(Ending::Refused(refused.reason, refused.message, position)),
            _ => Err(EngineError::Lacks(format!("the parking at position {position}"))),
        }
    }

    /// Runs one stage and records its answer, or its failure.
    async fn run(
        self: &Arc<Self>,
        line: &Line,
        document: Digest,
        task: Task,
        progress: &Progress,
        texts: &mut Texts,
    ) -> Result<Outline, EngineError> {
        let began = self.world.moment();
        let input = self.input(&line.plan, document, task.stage, progress, texts).await?;
        let rules = line.rules.clone();
        let pool = &self.pools[task.stage as usize];
        let result = pool.run(move || stages::run(document, input, &rules)).await;
        let (event, blobs) = match result {
            Ok(Ok(output)) => {
                texts.keep(output.made);
                (output.event, output.blobs)
            }
            // Bytes that are no text are refused like those that were never taken in.
            Ok(Err(message)) if task.stage == Stage::Clean => {
                return self.refuse(line, document, task, progress, message).await;
            }
            Ok(Err(message)) => return self.park(line, document, task, "cannot_change", message, None).await,
            Err(Trouble::Stopped) => return Err(EngineError::Stopped),
            Err(Trouble::TooSlow) => {
                let message = format!("took longer than {} s", self.options.stage_time.as_secs_f32());
                return self.park(line, document, task, "too_slow", message, None).await;
            }
            Err(Trouble::Panicked(message)) => return self.fail(line, document, task, message).await,
        };
        let kind = event.kind();
        let append = Append { blobs, ..append(line, document, task, event) };
        let mut payload = Arc::default();
        match self.record_keeping(append, &mut payload).await {
            Ok((outline, repeated)) => {
                let duration = self.world.moment().saturating_sub(began);
                tracing::info!(
                    %document,
                    stage = task.stage.name(),
                    position = outline.position.0,
                    generation = line.generation,
                    duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
                    repeated,
                    "{kind}"
                );
                Ok(outline)
            }
            Err(EngineError::Append(error @ AppendError::NonDeterministic { .. })) => {
                // The first answer stands in the log; the other is kept beside the parking.
                let other = Some(Blob::new(Arc::unwrap_or_clone(payload)));
                self.park(line, document, task, "non_deterministic", error.to_string(), other).await
            }
            Err(EngineError::Append(error @ AppendError::TooLarge { .. })) => {
                self.park(line, document, task, "cannot_change", error.to_string(), None).await
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn record(&self, append: Append) -> Result<(Outline, bool), EngineError> {
        self.record_keeping(append, &mut Arc::default()).await
    }

    /// Records an event, and leaves its payload in `payload`.
    async fn record_keeping(
        &self,
        mut append: Append,
        payload: &mut Arc<Vec<u8>>,
    ) -> Result<(Outline, bool), EngineError> {
        let (stream, stage_key, kind) = (append.stream, append.stage_key, append.event.kind());
        // Unwritable: the append below says so.
        append.payload = codec::encode(&append.event).ok().map(Arc::new);
        *payload = append.payload.clone().unwrap_or_default();
        let payload_digest = Digest::of(payload);
        let Appended { position, version, repeated, .. } = self.writer.append(append).await?;
        Ok((
            Outline { position, stream, version, kind: kind.to_owned(), stage_key, payload_digest },
            repeated,
        ))
    }
}

pub(super) fn append(line: &Line, document: Digest, task: Task, event: Event) -> Append {
    Append {
        stage_key: Some(task.key),
        cause: Some(task.cause),
        generation: line.generation,
        attempt: task.attempt,
        ..Append::new(StreamId::Document(document), event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::line::Program;
    use crate::runtime::supervisor::{self, Shutdown};
    use crate::runtime::{Options, receive};
    use crate::stage::rules::{BUILT_IN, RulePack};

    /// A stage that is no function is what another one's rules under the first one's name give.
    #[test]
    fn a_stage_that_answers_otherwise_under_one_key_is_parked_with_both_outputs_kept() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("var"));
        let (program, shutdown) = (Program::new(Arc::new(RulePack::builtin().clone())), Shutdown::new());
        let text = BUILT_IN.iter().find(|file| file.name == "indicators.toml").unwrap().text;
        let files = [("indicators.toml".to_owned(), text.replace("code = \"kinh_phi\"", "code = \"khac\""))];
        let other = Arc::new(RulePack::parse(&files).map_err(|errors| errors[0].to_string()).unwrap());
        supervisor::in_runtime(async {
            let running = supervisor::start(options.clone(), program.clone(), &shutdown)?;
            let engine = running.engine.clone();
            let line = engine.line();
            let bytes = "Năm 2023, tỉnh Sơn La thực hiện 5 tỷ đồng kinh phí khuyến công.\n".as_bytes();
            let received = receive::read(&mut &bytes[..], 1_000).unwrap();
            let document = received.document;
            engine.admit("a.txt", &[], &received).await.unwrap();
            let share = engine.share(0).await.unwrap();
            let mut ending = engine.start(&line, document, None, share);
            assert!(matches!(*ending.wait_for(Option::is_some).await.unwrap(), Some(Ending::Done(_))));

            // As the document's task had seen it before the extract stage answered.
            let mut progress = Progress::default();
            let outlines =
                engine.read(move |log| Ok(log.outline(StreamId::Document(document))?)).await.unwrap();
            outlines[..3].iter().for_each(|event| progress.apply(event));
            let Due::Run(task) = progress.due(document, &line.plan) else { panic!("extract is due") };
            let forged = Program { rules: other, ..program };
            let (writer, threads) = (&engine.writer, &engine.threads);
            let line = Line::open(&options, 9, &forged, writer, &engine.world, &engine.now, threads)?;
            let parked = engine.run(&line, document, task, &progress, &mut Texts::of(None)).await.unwrap();
            let Event::StageParked(parked) = engine.event_at(parked.position).await.unwrap() else {
                panic!()
            };
            assert_eq!((parked.stage.as_str(), parked.reason.as_str()), ("extract", "non_deterministic"));
            let kept = parked.output.unwrap();
            let kept = engine.read(move |log| Ok(log.blob(kept)?)).await.unwrap().unwrap();
            let Ok(Event::FiguresExtracted(kept)) = codec::decode("figures-extracted", 1, &kept) else {
                panic!()
            };
            let Event::FiguresExtracted(stored) = engine.event_at(outlines[3].position).await.unwrap() else {
                panic!()
            };
            let indicators = |event: crate::event::kinds::FiguresExtracted| {
                event.figures.into_iter().map(|figure| figure.indicator.unwrap().0).collect::<Vec<_>>()
            };
            assert_eq!(
                (indicators(kept), indicators(stored)),
                (vec!["khac".into()], vec!["kinh_phi".into()])
            );
            drop(line);
            supervisor::drain(running, engine, &shutdown).await
        })
        .unwrap();
    }
}
