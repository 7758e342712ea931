package app

import "time"

// Now is the installation's own clock, which a test may have put forward.
func (a *App) Now() time.Time { return a.cfg.Now() }
