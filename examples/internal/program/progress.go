package program

import (
	"fmt"
	"strings"
	"time"
)

// Progress shows on a terminal how far long work has come. On a pipe, and for
// work that takes less than two seconds, it shows nothing.
type Progress struct {
	env     Env
	what    string
	started time.Time
	shown   time.Time
	width   int // of the line on the screen
}

const (
	progressAfter = 2 * time.Second
	progressEvery = 100 * time.Millisecond
)

// NewProgress starts to watch work that is described by what.
func (e Env) NewProgress(what string) *Progress {
	return &Progress{env: e, what: what, started: e.Now()}
}

// Show tells that done of total units are done; a total of 0 is unknown.
func (p *Progress) Show(done, total int64, unit string) {
	if !p.env.Terminal {
		return
	}
	now := p.env.Now()
	running := now.Sub(p.started)
	if running < progressAfter || now.Sub(p.shown) < progressEvery {
		return
	}
	p.shown = now
	line := fmt.Sprintf("%s: %d %s, %.0f/s", p.what, done, unit, float64(done)/running.Seconds())
	if total > 0 {
		line = fmt.Sprintf("%s (%d %%)", line, 100*done/total)
	}
	p.write(line)
}

// Done removes the line from the screen.
func (p *Progress) Done() {
	if p.width > 0 {
		p.write("")
		fmt.Fprint(p.env.Stderr, "\r")
	}
}

func (p *Progress) write(line string) {
	padding := strings.Repeat(" ", max(0, p.width-len(line)))
	fmt.Fprint(p.env.Stderr, "\r", line, padding)
	p.width = len(line)
}
