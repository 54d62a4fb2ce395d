//! The ledger of a generation whose documents are all read, made at one go.

use std::sync::Arc;

use tokio::sync::watch;

use super::{Built, ReplayError, Step, open};
use crate::event::envelope::Position;
use crate::ledger::{adopt, base_path, ledger_path, rebuild};
use crate::runtime::engine::Engine;
use crate::runtime::line::{Line, Program};
use crate::stage::plan::Plan;

/// Makes the ledger of a generation from the log, where there is none or it lacks what was `built`, and opens its line.
pub(super) async fn fill(
    engine: &Arc<Engine>,
    generation: u64,
    program: &Program,
    plan: Plan,
    built: &Built,
    tell: &(impl Fn(Step) + Sync),
) -> Result<Arc<Line>, ReplayError> {
    let path = ledger_path(&engine.options.data_dir, generation);
    if built.documents > 0 || !path.exists() {
        let head = *engine.writer.head().borrow();
        let (sender, mut reached) = watch::channel(Position(0));
        let before =
            plan.nearest().map(|followed| ledger_path(&engine.options.data_dir, followed.generation));
        let world = engine.world.clone();
        let made = engine.read(move |log| {
            let told = |position| {
                sender.send_replace(position);
            };
            // Other answers are put into a copy of what there is.
            if let Some(before) = before
                && matches!(adopt(log, &before, &path, generation, &plan, head, told), Ok(true))
            {
                return Ok(Ok(()));
            }
            if let Err(error) = world.remove(&base_path(&path))
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(%error, "a copy of the ledger before is left; `socai compact` removes it");
            }
            Ok(rebuild(log, &path, generation, plan, head, told))
        });
        tokio::pin!(made);
        loop {
            tokio::select! {
                done = &mut made => break done??,
                Ok(()) = reached.changed() => {
                    let events = reached.borrow_and_update().0;
                    tell(Step::Ledger { events, all: head.0 });
                }
            }
        }
    }
    Ok(open(engine, generation, program)?)
}
