// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QWidget>
#include <array>

#include "app/run/run_model.h"
#include "app/theme/widgets.h"

namespace tenfold::app {

/// Five figures people read first. Each says what it is, over which window, and how it was before
/// the last change.
class Tiles : public QWidget {
    Q_OBJECT
public:
    explicit Tiles(RunModel& run, QWidget* parent = nullptr);
    QString value(std::size_t tile) const { return m_tiles[tile].value->text(); }
    QString title(std::size_t tile) const { return m_tiles[tile].title->text(); }
    QString extra(std::size_t tile) const { return m_tiles[tile].extra->text(); }
    /// All it says, whatever there was room for.
    QString spoken(std::size_t tile) const { return m_tiles[tile].value->accessibleName(); }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Tile {
        ElidedLabel* title = nullptr;
        QLabel* value = nullptr;
        ElidedLabel* extra = nullptr;
    };
    void refresh();
    enum class Tone { plain, bad, settling };
    /// Of titles, values and extras the first that has room is shown; the tool tip has the first of
    /// each, and `against`: what a change is held against.
    void show(std::size_t tile, const QStringList& titles, const QStringList& values,
              const QStringList& extras, Tone tone, const QString& against = {});
    QString changeOfP95() const;

    RunModel& m_run;
    std::array<Tile, 5> m_tiles;
};

}  // namespace tenfold::app
