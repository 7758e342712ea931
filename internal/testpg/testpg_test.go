package testpg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"omniconnector/internal/testpg"
)

func TestEveryTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{testpg.New(t), testpg.New(t)} {
		conn, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "CREATE TABLE mine (id int)"); err != nil {
			t.Error(err)
		}
		// The connection is left open: dropping must not wait for it.
	}
}

func TestAStoppedClusterIsGone(t *testing.T) {
	t.Parallel()
	c, err := testpg.Start(testpg.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if conn, err := pgx.Connect(t.Context(), c.DSN()); err == nil {
		conn.Close(t.Context())
		t.Error("it still answers")
	}
}
