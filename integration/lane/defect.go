package lane

import (
	"context"
	"log/slog"
	"runtime/debug"
)

// defectText says in a journal that the program itself is at fault; the cause is in the log.
const defectText = "a defect of the program"

// contained runs something beside the lane's loop. A defect in it costs what it was about to answer, and leaves the lane and
// its neighbours alone.
func contained[T any](ctx context.Context, l *Lane, what string, do, otherwise func() T) (answer T) {
	defer func() {
		if cause := recover(); cause != nil {
			l.log.LogAttrs(ctx, slog.LevelError, what+".panic", slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
			answer = otherwise()
		}
	}()
	return do()
}
