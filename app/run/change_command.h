// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QUndoCommand>

#include "simulator/engine/engine.h"

namespace tenfold::app {

class RunModel;

/// One change of the running system by a person. Undoing it changes the present, not the recorded
/// past: a new flag "undo of ②" stands where it happened.
class ChangeCommand : public QUndoCommand {
public:
    /// `mergeKey`: consecutive changes with the same key (a slider being dragged) become one.
    /// Empty: never merged.
    ChangeCommand(RunModel& run, engine::Change forward, engine::Change backward,
                  const QString& text, QString mergeKey);

    void redo() override;
    void undo() override;
    int id() const override { return m_mergeKey.isEmpty() ? -1 : 1; }
    bool mergeWith(const QUndoCommand* other) override;

private:
    RunModel& m_run;
    engine::Change m_forward;
    engine::Change m_backward;
    QString m_mergeKey;
    bool m_wasUndone = false;
};

}  // namespace tenfold::app
