package app

import "context"

func (a *App) makeWeb(context.Context) error { return nil }
