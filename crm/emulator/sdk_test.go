package emulator_test

import (
	"bytes"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"omniconnector/crm/emulator"
)

// TestOfficialSDKDrivesThePortal holds the emulator to the contract by code we did not write.
func TestOfficialSDKDrivesThePortal(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node is not installed: Node.js 20 or newer is needed for the vendor's SDK")
	}
	installSDK(t)

	cloud := emulator.New()
	plain, secure := httptest.NewServer(cloud), httptest.NewTLSServer(cloud)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	cloud.SetBaseURL(plain.URL)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), node, "--test", "--test-reporter=spec", "sdk.test.js")
	run.Dir = "sdktest"
	run.Env = append(os.Environ(), "BASE_URL="+plain.URL, "HTTPS_URL="+secure.URL, "NODE_EXTRA_CA_CERTS="+ca, "NO_PROXY=127.0.0.1,localhost")
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("node --test: %v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// installSDK runs npm ci when the pinned packages are not there or the lock has changed since.
func installSDK(t *testing.T) {
	t.Helper()
	lock, err := os.ReadFile("sdktest/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	const stampFile = "sdktest/node_modules/.lock-installed"
	if have, err := os.ReadFile(stampFile); err == nil && bytes.Equal(have, lock) {
		return
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Fatal("npm is not installed: it is needed once to fetch the vendor's SDK (npm ci in crm/emulator/sdktest)")
	}
	ci := exec.CommandContext(t.Context(), npm, "ci", "--no-audit", "--no-fund")
	ci.Dir = "sdktest"
	if out, err := ci.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	if err := os.WriteFile(stampFile, lock, 0o600); err != nil {
		t.Fatal(err)
	}
}
