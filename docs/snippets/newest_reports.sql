SELECT key, version, data FROM v_artifact WHERE latest = 1 AND type = 'markdown' ORDER BY key;
