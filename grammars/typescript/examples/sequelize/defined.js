// Models without classes, and what associations give their objects.
module.exports = (sequelize, DataTypes) => {
  const report = sequelize.define("report", { name: DataTypes.STRING });
  report.associate = (models) => {
    models.report.belongsToMany(models.tag, { as: "tags", through: "reportTags" });
    models.report.belongsTo(models.tenant);
  };
  return report;
};
