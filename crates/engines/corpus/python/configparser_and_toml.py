import configparser
import io
import tomllib

config = configparser.ConfigParser()
config.read_string("[DEFAULT]\nretries = 3\n[server]\nhost = localhost\nport = 8080\ndebug = yes\nurl = http://%(host)s:%(port)s\n")
print(config.sections(), config.getint("server", "port"), config["server"].getboolean("debug"), config["server"]["url"], config["server"]["retries"])
config["client"] = {"name": "x"}
out = io.StringIO()
config.write(out)
print(out.getvalue())
print(tomllib.loads('title = "T"\n[a.b]\nlist = [1, 2]\nwhen = 2024-01-05\n'))
try:
    config.get("server", "missing")
except configparser.NoOptionError as error:
    print(error)
